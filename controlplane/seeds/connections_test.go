// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	"fmt"
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

func TestASeedMustHaveEtcdDruidAndMayHaveAdmissionPolicies(t *testing.T) {
	druid := schema.GroupVersionKind{Group: "druid.gardener.cloud", Version: "v1alpha1", Kind: "Etcd"}
	policy := schema.GroupVersionKind{Group: "admissionregistration.k8s.io", Version: "v1", Kind: "MutatingAdmissionPolicy"}
	earlier := schema.GroupVersionKind{Group: policy.Group, Version: "v1beta1", Kind: policy.Kind}
	cases := map[string]struct {
		served []schema.GroupVersionKind
		level  string
		want   string
	}{
		"with both it enforces restricted":                   {[]schema.GroupVersionKind{druid, policy}, podSecurityRestricted, ""},
		"without policies it enforces baseline":              {[]schema.GroupVersionKind{druid}, podSecurityBaseline, ""},
		"policies of an earlier version are as good as none": {[]schema.GroupVersionKind{druid, earlier}, podSecurityBaseline, ""},
		"without etcd-druid it says what to install":         {[]schema.GroupVersionKind{policy}, "", "the seed lacks etcd-druid (druid.gardener.cloud/v1alpha1); install it in the seed"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			mapper := meta.NewDefaultRESTMapper(nil)
			for _, kind := range tc.served {
				mapper.Add(kind, meta.RESTScopeRoot)
			}
			level, err := checkPrerequisites(mapper)
			g.Expect(level).To(Equal(tc.level))
			if tc.want == "" {
				g.Expect(err).NotTo(HaveOccurred())
				return
			}
			g.Expect(err).To(MatchError(tc.want))
			g.Expect(err).To(BeAssignableToTypeOf(&PrerequisiteError{}))
		})
	}
}

func TestTheCacheOfASeedHasOnlyKindsThatItServes(t *testing.T) {
	g := NewWithT(t)
	names := func(level string) (names []string) {
		for object := range kinds(level) {
			names = append(names, fmt.Sprintf("%T", object))
		}
		return names
	}
	g.Expect(names(podSecurityRestricted)).To(ContainElement("*v1.MutatingAdmissionPolicy"))
	g.Expect(names(podSecurityBaseline)).NotTo(ContainElement("*v1.MutatingAdmissionPolicy"))
}

func TestASeedIsItsSecretAndKey(t *testing.T) {
	g := NewWithT(t)
	user := User{Cluster: clusterKey, Request: reconcile.Request{NamespacedName: client.ObjectKey{Namespace: "team", Name: "c-control-plane"}}}
	g.Expect(referenceOf(controlplanev1.SeedSpec{Namespace: "mine"}, user)).To(BeZero(), "the management cluster")
	spec := controlplanev1.SeedSpec{KubeconfigRef: controlplanev1.SecretKeyReference{Name: "seed", Key: "mine"}}
	g.Expect(referenceOf(spec, user)).To(Equal(connections.Reference{Secret: client.ObjectKey{Namespace: "team", Name: "seed"}, Key: "mine"}))
}
