// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

var clusterKey = client.ObjectKey{Namespace: "team", Name: "c"}

func seedWith(objects ...client.Object) *Seed {
	c := fake.NewClientBuilder().WithObjects(objects...).Build()
	return &Seed{Client: c, Live: c, PodSecurity: podSecurityBaseline}
}

func namespaceOf(cluster client.ObjectKey) *corev1.Namespace {
	n := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team--c"}}
	if cluster != (client.ObjectKey{}) {
		n.Labels = map[string]string{wiring.LabelClusterName: cluster.Name, wiring.LabelClusterNamespace: cluster.Namespace}
	}
	return n
}

func TestTheNameOfTheNamespaceDerivesFromWhatMoveCarries(t *testing.T) {
	g := NewWithT(t)
	g.Expect(NamespaceName(controlplanev1.SeedSpec{}, clusterKey)).To(Equal("team--c"))
	g.Expect(NamespaceName(controlplanev1.SeedSpec{Namespace: "mine"}, clusterKey)).To(Equal("mine"))
}

func TestANamespaceIsMadeCompleteAndThenLeftAlone(t *testing.T) {
	g := NewWithT(t)
	s := seedWith()
	g.Expect(s.EnsureNamespace(t.Context(), "team--c", clusterKey)).To(Succeed())
	found := &corev1.Namespace{}
	g.Expect(s.Client.Get(t.Context(), client.ObjectKey{Name: "team--c"}, found)).To(Succeed())
	g.Expect(found.Labels).To(Equal(map[string]string{
		wiring.LabelManagedBy: wiring.ManagedBy, wiring.LabelClusterName: "c", wiring.LabelClusterNamespace: "team",
		"pod-security.kubernetes.io/enforce": "baseline",
		"pod-security.kubernetes.io/warn":    "restricted", "pod-security.kubernetes.io/audit": "restricted",
	}))
	before := found.ResourceVersion
	g.Expect(s.EnsureNamespace(t.Context(), "team--c", clusterKey)).To(Succeed())
	g.Expect(s.Client.Get(t.Context(), client.ObjectKey{Name: "team--c"}, found)).To(Succeed())
	g.Expect(found.ResourceVersion).To(Equal(before))
}

func TestANamespaceOfSomethingElseIsNeitherUsedNorDeleted(t *testing.T) {
	cases := map[string]struct {
		owner client.ObjectKey
		want  string
	}{
		"of nobody":                             {client.ObjectKey{}, "namespace team--c of the seed was not made for a control plane; set spec.seed.namespace of a new control plane to another name"},
		"of another Cluster":                    {client.ObjectKey{Namespace: "team", Name: "d"}, "namespace team--c of the seed belongs to the control plane of Cluster team/d; set spec.seed.namespace"},
		"of the same name in another namespace": {client.ObjectKey{Namespace: "other", Name: "c"}, "namespace team--c of the seed belongs to the control plane of Cluster other/c"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := seedWith(namespaceOf(tc.owner))
			err := s.EnsureNamespace(t.Context(), "team--c", clusterKey)
			g.Expect(err).To(BeAssignableToTypeOf(&NamespaceNotOwnedError{}))
			g.Expect(err).To(MatchError(HavePrefix(tc.want)))

			gone, _, err := s.DeleteNamespace(t.Context(), "team--c", clusterKey)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(gone).To(BeTrue(), "nothing of ours is left")
			g.Expect(s.Client.Get(t.Context(), client.ObjectKey{Name: "team--c"}, &corev1.Namespace{})).To(Succeed())
		})
	}
}

func TestANamespaceThatIsBeingDeletedIsNotUsedAgain(t *testing.T) {
	g := NewWithT(t)
	going := namespaceOf(clusterKey)
	going.Finalizers = []string{"example.com/kept"}
	s := seedWith(going)
	g.Expect(s.Client.Delete(t.Context(), going)).To(Succeed())
	g.Expect(s.EnsureNamespace(t.Context(), "team--c", clusterKey)).To(MatchError(ContainSubstring("is being deleted; it is made again once it is gone")))
}

func TestTheDeletionOfANamespaceSaysWhatKeepsIt(t *testing.T) {
	g := NewWithT(t)
	kept := namespaceOf(clusterKey)
	kept.Finalizers = []string{"example.com/kept"}
	kept.Status.Conditions = []corev1.NamespaceCondition{
		{Type: corev1.NamespaceDeletionDiscoveryFailure, Status: corev1.ConditionFalse, Reason: "ResourcesDiscovered", Message: "fine"},
		{Type: corev1.NamespaceContentRemaining, Status: corev1.ConditionTrue, Reason: "SomeResourcesRemain", Message: "persistentvolumeclaims. has 1 resource instances"},
	}
	s := seedWith(kept)
	gone, message, err := s.DeleteNamespace(t.Context(), "team--c", clusterKey)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(gone).To(BeFalse())
	g.Expect(message).To(Equal("persistentvolumeclaims. has 1 resource instances"))

	g.Expect(s.Client.Get(t.Context(), client.ObjectKey{Name: "team--c"}, kept)).To(Succeed())
	kept.Finalizers = nil
	g.Expect(s.Client.Update(t.Context(), kept)).To(Succeed())
	gone, _, err = s.DeleteNamespace(t.Context(), "team--c", clusterKey)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(gone).To(BeTrue())
}

func TestAPolicyCompletesThePodsOfEtcdDruidOnlyWhereNamespacesEnforceRestricted(t *testing.T) {
	for level, objects := range map[string]int{podSecurityBaseline: 1, podSecurityRestricted: 3} {
		t.Run(level, func(t *testing.T) {
			g := NewWithT(t)
			s := seedWith()
			s.PodSecurity = level
			g.Expect(s.Prepare(t.Context())).To(Succeed())
			found := 0
			for _, object := range []client.Object{priorityClass(), etcdPods(), etcdPodsBinding()} {
				err := s.Client.Get(t.Context(), client.ObjectKeyFromObject(object), object)
				if !apierrors.IsNotFound(err) {
					g.Expect(err).NotTo(HaveOccurred())
					found++
				}
			}
			g.Expect(found).To(Equal(objects))
		})
	}
}
