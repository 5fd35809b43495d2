// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"testing"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/standin"
)

const seedSecret = "seed"

// hostRemotely creates a Cluster whose control plane is to run in the other seed.
func (s *story) hostRemotely(edits ...func(*controlplanev1.KubeceptionControlPlane)) {
	s.Helper()
	s.host(append(edits, func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Seed.KubeconfigRef.Name = seedSecret })...)
}

// supply puts a kubeconfig of the other seed where a control plane looks for it, without any label.
func (s *story) supply(kubeconfig []byte) {
	s.Helper()
	s.create(&corev1.Secret{ObjectMeta: s.meta(seedSecret), Data: map[string][]byte{"value": kubeconfig}})
}

// working is a kubeconfig of the other seed through the link.
func (s *story) working() []byte {
	s.Helper()
	kubeconfig, err := kubeconfigOf(world.remote.Config, world.remoteLink.Address())
	s.Expect(err).NotTo(HaveOccurred())
	return kubeconfig
}

func (s *story) remoteNamespace() *corev1.Namespace {
	s.Helper()
	namespace := &corev1.Namespace{}
	s.Expect(world.remoteClient.Get(s.Context(), client.ObjectKey{Name: s.seedNamespace()}, namespace)).To(Succeed())
	return namespace
}

// TestAnotherSeed tells its stories one after the other, because they cut the one link to the seed.
func TestAnotherSeed(t *testing.T) {
	t.Parallel()
	t.Run("a kubeconfig that is missing or broken is named, and mending it is noticed", kubeconfigOfTheSeed)
	s := begin(t)
	s.supply(s.working())
	s.hostRemotely()
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedPrerequisiteMissingReason,
		"the seed lacks etcd-druid (druid.gardener.cloud/v1alpha1)", "install it in the seed")
	s.says(controlplanev1.AvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason, "etcd-druid")
	druid, err := envtest.DruidCRDs()
	s.Expect(err).NotTo(HaveOccurred())
	_, err = ctrlenvtest.InstallCRDs(world.remote.Config, ctrlenvtest.CRDInstallOptions{CRDs: druid})
	s.Expect(err).NotTo(HaveOccurred())
	played, err := standin.Start(s.Context(), world.remote.Config, true)
	s.Expect(err).NotTo(HaveOccurred())
	s.comesUp()

	t.Run("without MutatingAdmissionPolicy its namespaces enforce baseline", func(t *testing.T) {
		g := NewWithT(t)
		g.Expect(s.remoteNamespace().Labels).To(HaveKeyWithValue("pod-security.kubernetes.io/enforce", "baseline"))
		g.Expect(s.remoteNamespace().Labels).To(HaveKeyWithValue("pod-security.kubernetes.io/warn", "restricted"))
		g.Expect(s.controlPlane().Status.Effective.PodSecurity).To(Equal("baseline"))
		g.Expect(s.Get(t.Context(), client.ObjectKey{Name: s.seedNamespace()}, &corev1.Namespace{})).To(beNotFound(), "nothing is in the management cluster")
	})
	t.Run("while it is out of reach nothing is claimed, and it comes back by itself", func(t *testing.T) { outOfReach(t, s, played) })
	t.Run("a deletion waits for it", func(t *testing.T) { deletionWithoutSeed(t, s) })
	t.Run("when it is gone for good it is abandoned on request", abandoned)
}

func kubeconfigOfTheSeed(t *testing.T) {
	s := begin(t)
	s.hostRemotely()
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedKubeconfigInvalidReason,
		"Secret "+s.namespace+"/"+seedSecret, "does not exist", "correct spec.seed.kubeconfigRef")
	s.supply([]byte("not a kubeconfig"))
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedKubeconfigInvalidReason,
		`the key "value" cannot be used; replace it by a kubeconfig`)
	s.replace(seedSecret, map[string][]byte{"another": s.working()})
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedKubeconfigInvalidReason,
		`the key "value" is missing; add it or set spec.seed.kubeconfigRef.key`)
	nowhere, err := kubeconfigOf(world.remote.Config, "127.0.0.1:1")
	s.Expect(err).NotTo(HaveOccurred())
	s.replace(seedSecret, map[string][]byte{"value": nowhere})
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedUnreachableReason, "127.0.0.1:1")
	s.replace(seedSecret, map[string][]byte{"value": s.working()})
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedPrerequisiteMissingReason, "etcd-druid")
	s.Expect(s.Delete(s.Context(), s.cluster())).To(Succeed())
	s.says(controlplanev1.DeletingCondition, metav1.ConditionTrue, controlplanev1.DeletingWaitingForSeedReason, "the seed lacks etcd-druid")
	s.change(func(c *controlplanev1.KubeceptionControlPlane) {
		c.Annotations = map[string]string{controlplanev1.AbandonSeedAnnotation: ""}
	})
	s.goes()
}

func outOfReach(t *testing.T, s *story, played *standin.Seed) {
	g := NewWithT(t)
	endpoint := s.controlPlane().Spec.ControlPlaneEndpoint
	podSecurity := s.controlPlane().Status.Effective.PodSecurity
	world.remoteLink.Cut()
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedUnreachableReason, "the API server of the seed does not answer")
	for _, unknown := range []string{
		controlplanev1.EtcdClusterAvailableCondition, controlplanev1.APIServerAvailableCondition, controlplanev1.ComponentsAvailableCondition,
	} {
		s.says(unknown, metav1.ConditionUnknown, controlplanev1.NotYetObservedReason, "The seed cannot be observed")
	}
	s.says(controlplanev1.AvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason, "does not answer")
	s.clusterSays(clusterv1.ClusterControlPlaneAvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason)
	c := s.controlPlane()
	g.Expect(c.Spec.ControlPlaneEndpoint).To(Equal(endpoint))
	g.Expect(c.Status.Initialization.ControlPlaneInitialized).To(HaveValue(BeTrue()))
	g.Expect(c.Status.Effective.PodSecurity).To(Equal(podSecurity), "what is not looked at keeps its last state")
	g.Expect(c.Status.ReadyReplicas).To(HaveValue(BeEquivalentTo(1)))

	g.Expect(world.remoteLink.Mend()).To(Succeed())
	s.comesUp()
	played.Hold(s.seedNamespace(), standin.Etcds)
	etcd := &druidv1alpha1.Etcd{}
	g.Expect(played.Client().Get(t.Context(), client.ObjectKey{Namespace: s.seedNamespace(), Name: "etcd-main"}, etcd)).To(Succeed())
	for i := range etcd.Status.Conditions {
		etcd.Status.Conditions[i].Status = druidv1alpha1.ConditionFalse
	}
	g.Expect(played.Client().Status().Update(t.Context(), etcd)).To(Succeed())
	s.says(controlplanev1.EtcdClusterAvailableCondition, metav1.ConditionFalse, controlplanev1.EtcdClusterNotAvailableReason, "etcd-main: ")
	for i := range etcd.Status.Conditions {
		etcd.Status.Conditions[i].Status = druidv1alpha1.ConditionTrue
	}
	g.Expect(played.Client().Status().Update(t.Context(), etcd)).To(Succeed())
	played.Release(s.seedNamespace(), standin.Etcds)
	s.comesUp()
}

func deletionWithoutSeed(t *testing.T, s *story) {
	g := NewWithT(t)
	world.remoteLink.Cut()
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedUnreachableReason)
	g.Expect(s.Delete(t.Context(), s.cluster())).To(Succeed())
	s.says(controlplanev1.DeletingCondition, metav1.ConditionTrue, controlplanev1.DeletingWaitingForSeedReason,
		"does not answer", "annotate the control plane with "+controlplanev1.AbandonSeedAnnotation)
	g.Expect(world.remoteLink.Mend()).To(Succeed())
	s.goes()
	g.Expect(world.remoteClient.Get(t.Context(), client.ObjectKey{Name: s.seedNamespace()}, &corev1.Namespace{})).To(beNotFound())
}

func abandoned(t *testing.T) {
	s := begin(t)
	s.supply(s.working())
	s.hostRemotely()
	s.comesUp()
	world.remoteLink.Cut()
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedUnreachableReason)
	s.Expect(s.Delete(s.Context(), s.cluster())).To(Succeed())
	s.says(controlplanev1.DeletingCondition, metav1.ConditionTrue, controlplanev1.DeletingWaitingForSeedReason)
	s.change(func(c *controlplanev1.KubeceptionControlPlane) {
		c.Annotations = map[string]string{controlplanev1.AbandonSeedAnnotation: time.Now().Format(time.DateOnly)}
	})
	s.goes()
	s.Expect(s.remoteNamespace().DeletionTimestamp).To(BeNil(), "what is in the seed stays there")
}

func TestTheWayToASeedMayChangeAndTheSeedMayNot(t *testing.T) {
	t.Parallel()
	s := begin(t)
	s.host()
	s.comesUp()
	seed := s.controlPlane().Annotations[controlplanev1.SeedAnnotation]
	s.Expect(seed).NotTo(BeEmpty())
	before := s.deployments()

	kubeconfig, err := kubeconfigOf(world.management.Config, world.management.Config.Host)
	s.Expect(err).NotTo(HaveOccurred())
	s.supply(kubeconfig)
	s.change(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Seed.KubeconfigRef.Name = seedSecret })
	s.comesUp()
	s.Expect(s.deployments()).To(Equal(before))

	// What a management cluster finds that the control plane was moved to without its kubeconfig.
	s.change(func(c *controlplanev1.KubeceptionControlPlane) {
		c.Annotations[controlplanev1.SeedAnnotation] = "elsewhere"
	})
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedIsAnotherReason,
		"leads to cluster "+seed, "the control plane runs in cluster elsewhere", "set spec.seed.kubeconfigRef")
	s.Expect(s.Delete(s.Context(), s.cluster())).To(Succeed())
	s.says(controlplanev1.DeletingCondition, metav1.ConditionTrue, controlplanev1.DeletingWaitingForSeedReason, "cluster elsewhere")
	s.Expect(s.deployments()).To(Equal(before), "what is in a seed that is not its own is left alone")
	s.change(func(c *controlplanev1.KubeceptionControlPlane) { c.Annotations[controlplanev1.SeedAnnotation] = seed })
	s.goes()
}
