// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package class

import (
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestAShootNamesItsProfile(t *testing.T) {
	cases := map[string]struct {
		spec gardencorev1beta1.ShootSpec
		want *client.ObjectKey
	}{
		"by the field of old times": {gardencorev1beta1.ShootSpec{CloudProfileName: ptr.To("aws")}, &client.ObjectKey{Name: "aws"}},
		"by the field of today": {
			gardencorev1beta1.ShootSpec{CloudProfile: &gardencorev1beta1.CloudProfileReference{Kind: "CloudProfile", Name: "aws"}}, &client.ObjectKey{Name: "aws"},
		},
		"as one of its project": {
			gardencorev1beta1.ShootSpec{CloudProfile: &gardencorev1beta1.CloudProfileReference{Kind: "NamespacedCloudProfile", Name: "own"}},
			&client.ObjectKey{Namespace: "garden-dev", Name: "own"},
		},
		"or not at all": {gardencorev1beta1.ShootSpec{}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			shoot := &gardencorev1beta1.Shoot{ObjectMeta: metav1.ObjectMeta{Namespace: "garden-dev"}, Spec: c.spec}
			NewWithT(t).Expect(KeyOf(shoot)).To(Equal(c.want))
		})
	}
}

func TestNamesOfProfilesFitIntoLabelsAndAreDifferent(t *testing.T) {
	g := NewWithT(t)
	seen := map[string]bool{}
	for _, key := range []client.ObjectKey{
		{Name: "aws"}, {Name: "aws.eu"}, {Name: "aws-eu"}, {Namespace: "garden-dev", Name: "aws"}, {Name: strings.Repeat("a", 200)}, {Name: strings.Repeat("a", 201)},
	} {
		name := nameOf(key)
		g.Expect(validation.IsValidLabelValue(name)).To(BeEmpty())
		g.Expect(seen[name]).To(BeFalse(), name)
		seen[name] = true
	}
}

func TestATemplateHasAPlaceForPatches(t *testing.T) {
	g := NewWithT(t)
	empty := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"template": map[string]any{}}}}
	g.Expect(withSpec(empty).(*unstructured.Unstructured).Object).To(HaveKeyWithValue("spec", HaveKeyWithValue("template", HaveKey("spec"))))
	full := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"a": "b"}}}}}
	before := full.DeepCopy()
	g.Expect(withSpec(full)).To(Equal(before))
}
