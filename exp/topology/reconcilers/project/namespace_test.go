// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func existingNamespace(labels, annotations map[string]string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "garden-dev", Labels: labels, Annotations: annotations}}
}

func TestNamespaceOf(t *testing.T) {
	ours := map[string]string{"gardener.cloud/role": "project", "project.gardener.cloud/name": "dev"}
	cases := map[string]struct {
		existing *corev1.Namespace
		want     map[string]string
		refused  string
	}{
		"one that does not exist is made": {
			want: map[string]string{"namespace.gardener.cloud/project": "u", "namespace.gardener.cloud/created-by-project-controller": "true"},
		},
		"one that we made stays so": {
			existing: existingNamespace(ours, map[string]string{"namespace.gardener.cloud/project": "u", "namespace.gardener.cloud/created-by-project-controller": "true"}),
			want:     map[string]string{"namespace.gardener.cloud/project": "u", "namespace.gardener.cloud/created-by-project-controller": "true"},
		},
		"one that is meant for the project is adopted, and kept": {
			existing: existingNamespace(ours, nil),
			want:     map[string]string{"namespace.gardener.cloud/project": "u", "namespace.gardener.cloud/keep-after-project-deletion": "true"},
		},
		"one that is not meant for it is refused": {
			existing: existingNamespace(nil, nil),
			refused:  "namespace garden-dev is not for this project; label it with gardener.cloud/role=project and project.gardener.cloud/name=dev, or choose another spec.namespace",
		},
		"one of an earlier project is refused": {
			existing: existingNamespace(ours, map[string]string{"namespace.gardener.cloud/project": "v"}),
			refused:  "namespace garden-dev belongs to another project; choose another spec.namespace",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			namespace, err := namespaceOf(projectOf(t, `{namespace: garden-dev}`), c.existing)
			if c.refused != "" {
				g.Expect(err).To(MatchError(c.refused))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(namespace.Annotations).To(Equal(c.want))
			g.Expect(namespace.Labels).To(Equal(ours))
			g.Expect(namespace.OwnerReferences).To(ConsistOf(HaveField("UID", BeEquivalentTo("u"))))
		})
	}
}

func TestANamespaceThatNobodyChoseIsNamedAfterTheUIDOfItsProject(t *testing.T) {
	g := NewWithT(t)
	one, other := projectOf(t, `{}`), projectOf(t, `{}`)
	other.UID = "v"
	g.Expect(namespaceName(one)).To(Equal("garden-dev-0bfe9")) // The first digits of the SHA-256 of the UID.
	g.Expect(namespaceName(other)).NotTo(Equal(namespaceName(one)))
}

func TestResourceQuota(t *testing.T) {
	defaults := corev1.ResourceList{"count/shoots.core.gardener.cloud": resource.MustParse("100"), "count/secrets": resource.MustParse("10")}
	project := &gardencorev1beta1.Project{}
	t.Run("has the defaults", func(t *testing.T) {
		g := NewWithT(t)
		g.Expect(resourceQuota(project, "garden-dev", defaults, nil).Spec.Hard).To(Equal(defaults))
	})
	t.Run("keeps what was set for one project, and gets what is new", func(t *testing.T) {
		g := NewWithT(t)
		existing := &corev1.ResourceQuota{Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{
			"count/shoots.core.gardener.cloud": resource.MustParse("5"), "count/configmaps": resource.MustParse("1"),
		}}}
		g.Expect(resourceQuota(project, "garden-dev", defaults, existing).Spec.Hard).To(Equal(corev1.ResourceList{
			"count/shoots.core.gardener.cloud": resource.MustParse("5"), "count/secrets": resource.MustParse("10"),
		}))
	})
}
