// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package infrastructure

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
)

const hostSecret = "host"

func TestTheNamespaceOfMachines(t *testing.T) {
	t.Run("says that it enforces nothing, lets nobody in, and is mended", func(t *testing.T) {
		s := tell(t)
		s.settle()
		s.says(s.infraCluster(), infrav1.ReadyCondition, metav1.ConditionTrue, clusterv1.ReadyReason)
		namespace := &corev1.Namespace{}
		s.Expect(s.Get(s.Context(), client.ObjectKey{Name: s.machineNamespace()}, namespace)).To(Succeed())
		s.Expect(namespace.Labels).To(HaveKeyWithValue("pod-security.kubernetes.io/enforce", "privileged"))
		policy := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: s.machineNamespace(), Name: "machines"}}
		s.Expect(s.Delete(s.Context(), policy)).To(Succeed())
		s.Eventually(func() error { return s.Get(s.Context(), client.ObjectKeyFromObject(policy), policy) }).Should(Succeed())
	})
	t.Run("is never that of a control plane", func(t *testing.T) {
		s := tell(t)
		s.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace + "--c", Labels: map[string]string{
			"app.kubernetes.io/managed-by": "kubeception", "kubeception.cluster.x-k8s.io/cluster-name": name, "kubeception.cluster.x-k8s.io/cluster-namespace": s.namespace,
		}}})
		s.settle(func(c *infrav1.KubeceptionCluster) { c.Spec.Namespace = s.namespace + "--c" })
		s.says(s.infraCluster(), infrav1.NamespaceAvailableCondition, metav1.ConditionFalse, infrav1.NamespaceNotOwnedReason,
			"was not made for machines; set spec.namespace of a new KubeceptionCluster to another name")
		s.says(s.clusterObject(), clusterv1.ClusterInfrastructureReadyCondition, metav1.ConditionFalse, infrav1.NotReadyReason)
		s.Expect(s.Delete(s.Context(), s.clusterObject())).To(Succeed())
		s.goes(s.clusterObject())
		s.Expect(s.Get(s.Context(), client.ObjectKey{Name: s.namespace + "--c"}, &corev1.Namespace{})).To(Succeed())
	})
}

func TestFailureDomains(t *testing.T) {
	t.Run("are the zones of the host", func(t *testing.T) {
		s := tell(t)
		s.settle()
		s.create(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "zoned", Labels: map[string]string{machine.LabelZone: "eu-1a"}}})
		s.T.Cleanup(func() {
			_ = world.client.Delete(t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "zoned"}})
		})
		s.failureDomains("eu-1a")
	})
	t.Run("may be virtual, and machines are in one", func(t *testing.T) {
		s := tell(t)
		s.settle(func(c *infrav1.KubeceptionCluster) {
			c.Spec.FailureDomains = []infrav1.VirtualFailureDomain{{Name: "left"}, {Name: "right"}}
		})
		s.failureDomains("left", "right")
		s.template()
		s.deploy(1, func(d *clusterv1.MachineDeployment) { d.Spec.Template.Spec.FailureDomain = "left" })
		m := s.machine()
		s.ready(m)
		s.Expect(m.Status.FailureDomain).To(Equal("left"))
		pod := &corev1.Pod{}
		s.Expect(s.Get(s.Context(), s.podOf(m), pod)).To(Succeed())
		s.Expect(pod.Spec.NodeSelector).NotTo(HaveKey(machine.LabelZone))
	})
}

func (s *story) failureDomains(names ...string) {
	s.Helper()
	s.Eventually(func(g Gomega) {
		cluster := s.clusterObject()
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(cluster), cluster)).To(Succeed())
		var got []string
		for _, domain := range cluster.Status.FailureDomains {
			got = append(got, domain.Name)
		}
		g.Expect(got).To(Equal(names))
	}).Should(Succeed())
}

func TestWhatBelongsToNoMachineIsCollected(t *testing.T) {
	s := tell(t)
	s.settle()
	s.says(s.infraCluster(), infrav1.ReadyCondition, metav1.ConditionTrue, clusterv1.ReadyReason)
	pod := s.madePod("nobody")
	secret, err := machine.Secret(machine.Machine{Key: client.ObjectKeyFromObject(pod), Cluster: client.ObjectKey{Namespace: s.namespace, Name: name}, InstanceID: "i"})
	s.Expect(err).NotTo(HaveOccurred())
	foreign := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: s.machineNamespace(), Name: "foreign"}, Spec: corev1.PodSpec{
		Containers: []corev1.Container{{Name: "c", Image: "i"}},
	}}
	s.create(pod, secret, foreign)
	s.goes(pod)
	s.goes(secret)
	s.tells(s.infraCluster(), "OrphanDeleted")
	s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(foreign), foreign)).To(Succeed(), "what has no label of ours is not ours")
}

func TestAKubeceptionClusterIsKeptForItsMachines(t *testing.T) {
	s := tell(t)
	s.settle()
	s.template()
	s.deploy(1)
	m := s.machine()
	s.ready(m)
	infraCluster := s.infraCluster()
	s.Expect(s.Delete(s.Context(), infraCluster)).To(Succeed())
	s.says(infraCluster, infrav1.DeletingCondition, metav1.ConditionTrue, infrav1.DeletingWaitingForMachinesReason, m.Name)
	s.Expect(s.Delete(s.Context(), &clusterv1.MachineDeployment{ObjectMeta: s.meta(name)})).To(Succeed())
	s.goes(m)
	s.goes(infraCluster)
	s.goes(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.machineNamespace()}})
}

// TestAnotherHost tells its stories one after the other, because they cut the one link to the host.
func TestAnotherHost(t *testing.T) {
	t.Parallel()
	s := begin(t)
	kubeconfig, err := kubeconfigOf(world.workload.Config, world.remoteLink.Address())
	s.Expect(err).NotTo(HaveOccurred())
	s.settle(func(c *infrav1.KubeceptionCluster) { c.Spec.KubeconfigRef.Name = hostSecret })
	s.says(s.infraCluster(), infrav1.HostReachableCondition, metav1.ConditionFalse, infrav1.HostKubeconfigInvalidReason,
		"kubeconfig of the host cluster in Secret "+s.namespace+"/host: the Secret does not exist; create it or correct spec.kubeconfigRef")
	s.create(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: hostSecret}, Data: map[string][]byte{"value": kubeconfig}})
	s.template()
	s.deploy(1)
	m := s.machine()
	s.ready(m)
	s.Expect(s.pods()).To(BeEmpty(), "nothing is in the management cluster")
	s.Expect(m.Status.Host.KubeconfigRef.Name).To(Equal(hostSecret))

	world.remoteLink.Cut()
	s.says(m, infrav1.HostReachableCondition, metav1.ConditionFalse, infrav1.HostUnreachableReason, "the API server of the host cluster does not answer")
	s.says(m, infrav1.ReadyCondition, metav1.ConditionUnknown, infrav1.ReadyUnknownReason, "does not answer")
	s.says(s.clusterObject(), clusterv1.ClusterInfrastructureReadyCondition, metav1.ConditionFalse, infrav1.NotReadyReason, "does not answer")
	s.Expect(world.remoteLink.Mend()).To(Succeed())
	s.ready(m)

	world.remoteLink.Cut()
	s.says(m, infrav1.HostReachableCondition, metav1.ConditionFalse, infrav1.HostUnreachableReason)
	s.Expect(s.Delete(s.Context(), s.clusterObject())).To(Succeed())
	s.says(m, infrav1.DeletingCondition, metav1.ConditionTrue, infrav1.DeletingWaitingForHostReason,
		"annotate the KubeceptionMachine or its KubeceptionCluster with "+infrav1.AbandonHostAnnotation)
	infraCluster := s.infraCluster()
	s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(infraCluster), infraCluster)).To(Succeed())
	abandoned := infraCluster.DeepCopy()
	abandoned.Annotations = map[string]string{infrav1.AbandonHostAnnotation: ""}
	s.Expect(s.Patch(s.Context(), abandoned, client.MergeFrom(infraCluster))).To(Succeed())
	s.goes(s.clusterObject())
	s.Expect(world.workloadClient.Get(s.Context(), s.podOf(m), &corev1.Pod{})).To(Succeed(), "what is there stays there")
	s.Expect(world.remoteLink.Mend()).To(Succeed())
}
