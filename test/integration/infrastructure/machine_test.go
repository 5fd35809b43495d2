// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package infrastructure

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/standin"
)

func TestMachinesBecomeNodesAndGoWithTheirCluster(t *testing.T) {
	s := tell(t)
	s.settle()
	s.says(s.clusterObject(), clusterv1.ClusterInfrastructureReadyCondition, metav1.ConditionTrue, clusterv1.ReadyReason)
	s.template(func(m *infrav1.KubeceptionMachineConfiguration) {
		m.CPU, m.Memory = ptr.To(resource.MustParse("2")), ptr.To(resource.MustParse("4Gi"))
	})
	s.deploy(2)
	s.Eventually(s.machines).Should(HaveLen(2))
	for _, m := range s.machines() {
		s.ready(&m)
		s.Eventually(func() *bool { // Conditions are written before the rest of the status.
			s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(&m), &m)).To(Succeed())
			return m.Status.Initialization.Provisioned
		}).Should(HaveValue(BeTrue()))
		s.Expect(m.Spec.ProviderID).To(Equal("kubeception://" + s.machineNamespace() + "/" + m.Name))
		s.Expect(m.Status.Addresses).To(ConsistOf(
			clusterv1.MachineAddress{Type: clusterv1.MachineInternalIP, Address: "10.0.0.7"},
			clusterv1.MachineAddress{Type: clusterv1.MachineHostName, Address: m.Name}))
		s.Expect(m.Status.Host).To(Equal(infrav1.MachineHost{Namespace: s.machineNamespace(), Node: standin.HostNode}))
		owner := &clusterv1.Machine{ObjectMeta: s.meta(m.Name)}
		s.says(owner, clusterv1.MachineNodeReadyCondition, metav1.ConditionTrue, clusterv1.MachineNodeReadyReason)
		s.says(owner, clusterv1.MachineInfrastructureReadyCondition, metav1.ConditionTrue, clusterv1.ReadyReason)
		s.Eventually(func() string { // Cluster API writes status and specification one after the other.
			s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(owner), owner)).To(Succeed())
			return owner.Spec.ProviderID
		}).Should(Equal(m.Spec.ProviderID))
	}
	for _, pod := range s.pods() {
		s.Expect(pod.Spec.SchedulingGates).To(BeEmpty())
		s.Expect(pod.Spec.Containers[0].Image).To(Equal("ghcr.io/kubeception/kubeception-machine:" + version))
		s.Expect(pod.Spec.Containers[0].Resources.Requests.Cpu().Value()).To(BeEquivalentTo(2))
	}
	template := &infrav1.KubeceptionMachineTemplate{ObjectMeta: s.meta(name)}
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(template), template)).To(Succeed())
		g.Expect(template.Status.NodeInfo.OperatingSystem).To(Equal("linux"))
		g.Expect(template.Status.Capacity.Memory().String()).To(Equal("4Gi"))
	}).Should(Succeed())

	s.Expect(s.Delete(s.Context(), s.clusterObject())).To(Succeed())
	s.goes(s.clusterObject())
	s.Expect(s.machines()).To(BeEmpty())
	s.goes(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.machineNamespace()}})
}

func TestNothingIsWrittenAtRest(t *testing.T) {
	s := tell(t)
	s.settle()
	s.template()
	s.deploy(1)
	m := s.machine()
	s.ready(m)
	versions := func() []string {
		infraCluster, pod := s.infraCluster(), &corev1.Pod{}
		s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(m), m)).To(Succeed())
		s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(infraCluster), infraCluster)).To(Succeed())
		s.Expect(s.Get(s.Context(), s.podOf(m), pod)).To(Succeed())
		return []string{m.ResourceVersion, infraCluster.ResourceVersion, pod.ResourceVersion}
	}
	before := versions()
	// A change that means nothing reconciles both.
	for _, object := range []client.Object{m.DeepCopy(), s.infraCluster()} {
		s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(object), object)).To(Succeed())
		changed := object.DeepCopyObject().(client.Object)
		changed.SetAnnotations(map[string]string{"example.com/touched": "yes"})
		s.Expect(s.Patch(s.Context(), changed, client.MergeFrom(object))).To(Succeed())
	}
	touched := versions()
	s.Expect(touched[2]).To(Equal(before[2]))
	s.Consistently(versions).Should(Equal(touched))
}

func TestAKilledMachineIsReplacedByItsHealthCheck(t *testing.T) {
	s := tell(t)
	s.settle()
	s.template()
	s.deploy(1)
	first := s.machine()
	s.ready(first)
	// The health check asks for a node first, and would not wait for the first one to become ready.
	s.says(&clusterv1.Machine{ObjectMeta: s.meta(first.Name)}, clusterv1.MachineNodeReadyCondition, metav1.ConditionTrue, clusterv1.MachineNodeReadyReason)
	s.create(&clusterv1.MachineHealthCheck{ObjectMeta: s.meta(name), Spec: clusterv1.MachineHealthCheckSpec{
		ClusterName: name, Selector: metav1.LabelSelector{MatchLabels: map[string]string{clusterv1.ClusterNameLabel: name}},
		Checks: clusterv1.MachineHealthCheckChecks{UnhealthyMachineConditions: []clusterv1.UnhealthyMachineCondition{{
			Type: clusterv1.MachineInfrastructureReadyCondition, Status: metav1.ConditionFalse, TimeoutSeconds: ptr.To(int32(1)),
		}}},
	}})
	s.Expect(world.machines.Kill(s.Context(), s.podOf(first), 137, "")).To(Succeed())
	s.tells(first, infrav1.MachineFailedReason)
	s.goes(first)
	s.Eventually(func() string {
		for _, m := range s.machines() {
			if m.Name != first.Name {
				return m.Name
			}
		}
		return ""
	}).ShouldNot(BeEmpty())
	second := s.machine()
	s.ready(second)
	s.Expect(s.Get(s.Context(), s.podOf(first), &corev1.Pod{})).To(beNotFound())
}

func TestAMachineThatEndsHasFailedAndSaysWhy(t *testing.T) {
	cases := map[string]struct {
		stage standin.Stage
		end   func(*story, client.ObjectKey) error
		says  []string
		boot  metav1.ConditionStatus
	}{
		"its bootstrap data failed": {standin.Booting, func(s *story, pod client.ObjectKey) error {
			return world.machines.Kill(s.Context(), pod, 1, "runcmd: exit status 3\nno kubelet of this version")
		}, []string{"The pod ended: Error with exit code 1", "no kubelet of this version"}, metav1.ConditionFalse},
		"its host killed it": {standin.Joined, func(s *story, pod client.ObjectKey) error {
			return world.machines.Kill(s.Context(), pod, 137, "")
		}, []string{"exit code 137"}, metav1.ConditionTrue},
		"somebody deleted it": {standin.Joined, func(s *story, pod client.ObjectKey) error {
			return s.Delete(s.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name}})
		}, []string{"it is not made again. Delete the Machine to have it replaced"}, metav1.ConditionTrue},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			s := tell(t)
			s.limit(c.stage)
			s.settle()
			s.template()
			s.deploy(1)
			m := s.machine()
			s.says(m, infrav1.PodRunningCondition, metav1.ConditionTrue, infrav1.PodRunningReason)
			if c.stage == standin.Joined {
				s.ready(m)
			} else {
				s.says(m, infrav1.ReadyCondition, metav1.ConditionUnknown, infrav1.BootstrappingReason, "see the log of the pod")
			}
			s.Expect(c.end(s, s.podOf(m))).To(Succeed())
			s.says(m, infrav1.ReadyCondition, metav1.ConditionFalse, infrav1.MachineFailedReason, c.says...)
			s.says(&clusterv1.Machine{ObjectMeta: s.meta(m.Name)}, clusterv1.MachineInfrastructureReadyCondition, metav1.ConditionFalse, infrav1.MachineFailedReason)
			s.Eventually(func() metav1.ConditionStatus { return statusOf(s, m, infrav1.BootstrapSucceededCondition) }).Should(Equal(c.boot))
			s.Expect(m.Status.Initialization.Provisioned).To(HaveValue(BeTrue()), "it was")
			s.Consistently(func() []corev1.Pod { return s.running() }).Should(BeEmpty(), "it is not made again")
		})
	}
}

// running are the pods that may still run.
func (s *story) running() []corev1.Pod {
	var running []corev1.Pod
	for _, pod := range s.pods() {
		if pod.Status.Phase != corev1.PodFailed && pod.DeletionTimestamp.IsZero() {
			running = append(running, pod)
		}
	}
	return running
}

func statusOf(s *story, m *infrav1.KubeceptionMachine, conditionType string) metav1.ConditionStatus {
	s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(m), m)).To(Succeed())
	for _, condition := range m.Status.Conditions {
		if condition.Type == conditionType {
			return condition.Status
		}
	}
	return ""
}

func TestWhatKeepsAMachineFromRunningIsTold(t *testing.T) {
	edit := func(change func(*clusterv1.MachineSpec)) func(*clusterv1.MachineDeployment) {
		return func(d *clusterv1.MachineDeployment) { change(&d.Spec.Template.Spec) }
	}
	cases := map[string]struct {
		stage   standin.Stage
		edit    func(*clusterv1.MachineDeployment)
		status  metav1.ConditionStatus
		reason  string
		message string
	}{
		"the host has no room": {standin.Pending, edit(func(*clusterv1.MachineSpec) {}), metav1.ConditionUnknown,
			infrav1.PodUnschedulableReason, "The host cluster has no room for the machine: 0/1 nodes are available"},
		"the image is not there": {standin.Pulling, edit(func(*clusterv1.MachineSpec) {}), metav1.ConditionFalse,
			infrav1.ImageUnavailableReason, "The image ghcr.io/kubeception/kubeception-machine:v1.36.3 cannot be pulled: ImagePullBackOff: not found"},
		"there is no version": {standin.Joined, edit(func(m *clusterv1.MachineSpec) { m.Version = "" }), metav1.ConditionFalse,
			infrav1.ImageUnknownReason, "or set spec.image, and spec.version of the Machine"},
		"its data is for another kind of machine": {standin.Joined, edit(func(m *clusterv1.MachineSpec) { m.Bootstrap.DataSecretName = ptr.To("ignition") }),
			metav1.ConditionFalse, infrav1.BootstrapDataInvalidReason, `the format is "ignition", and local machines read cloud-config`},
		"its data is gone": {standin.Joined, edit(func(m *clusterv1.MachineSpec) { m.Bootstrap.DataSecretName = ptr.To("none") }),
			metav1.ConditionFalse, infrav1.BootstrapDataInvalidReason, "Secret none with the bootstrap data does not exist"},
	}
	for title, c := range cases {
		t.Run(title, func(t *testing.T) {
			s := tell(t)
			s.limit(c.stage)
			s.settle()
			s.create(&corev1.Secret{ObjectMeta: s.meta("ignition"), Data: map[string][]byte{"value": []byte("{}"), "format": []byte("ignition")}})
			s.template()
			s.deploy(1, c.edit)
			m := s.machine()
			s.says(m, infrav1.PodRunningCondition, c.status, c.reason, c.message)
			s.says(m, infrav1.ReadyCondition, c.status, map[metav1.ConditionStatus]string{
				metav1.ConditionUnknown: c.reason, metav1.ConditionFalse: infrav1.NotReadyReason,
			}[c.status], c.message)
			s.Expect(m.Status.Initialization.Provisioned).To(BeNil())

			s.Expect(s.Delete(s.Context(), &clusterv1.MachineDeployment{ObjectMeta: s.meta(name)})).To(Succeed())
			s.goes(m)
			s.Expect(s.pods()).To(BeEmpty())
		})
	}
}

// A Machine without bootstrap data waits; a pod of its name that is there already stands for what a manager left that
// died between two writes, or for somebody else's.
func TestAMachineIsMadeOnceWhenTheManagerDiesInBetween(t *testing.T) {
	waiting := func(t *testing.T) (*story, *clusterv1.Machine, *infrav1.KubeceptionMachine) {
		t.Helper()
		s := tell(t)
		s.settle()
		s.says(s.infraCluster(), infrav1.ReadyCondition, metav1.ConditionTrue, clusterv1.ReadyReason)
		m := &infrav1.KubeceptionMachine{ObjectMeta: s.meta("m")}
		owner := &clusterv1.Machine{ObjectMeta: s.meta("m"), Spec: clusterv1.MachineSpec{
			ClusterName: name, Version: version, Bootstrap: clusterv1.Bootstrap{ConfigRef: clusterv1.ContractVersionedObjectReference{
				APIGroup: "bootstrap.cluster.x-k8s.io", Kind: "GenericBootstrapConfig", Name: "none",
			}},
			InfrastructureRef: clusterv1.ContractVersionedObjectReference{APIGroup: infrav1.GroupVersion.Group, Kind: "KubeceptionMachine", Name: "m"},
		}}
		return s, owner, m
	}
	t.Run("before it recorded the pod", func(t *testing.T) {
		s, owner, m := waiting(t)
		pod := s.madePod("m")
		s.create(pod)
		secret, err := machine.Secret(machine.Machine{Key: s.podOf(m), Cluster: client.ObjectKey{Namespace: s.namespace, Name: name}, InstanceID: "i"})
		s.Expect(err).NotTo(HaveOccurred())
		s.create(secret, m, owner)
		s.ready(m)
		found := &corev1.Pod{}
		s.Expect(s.Get(s.Context(), s.podOf(m), found)).To(Succeed())
		s.Expect(found.UID).To(Equal(pod.UID), "there is no other")
		s.Expect(found.Spec.SchedulingGates).To(BeEmpty())
	})
	t.Run("after it recorded the pod, which was deleted meanwhile", func(t *testing.T) {
		s, owner, m := waiting(t)
		m.Spec.ProviderID = machine.ProviderID(s.podOf(m))
		s.create(m, owner)
		s.says(m, infrav1.ReadyCondition, metav1.ConditionFalse, infrav1.MachineFailedReason, "The pod is gone")
		s.Consistently(s.pods).Should(BeEmpty())
	})
	t.Run("and a pod that ran for another machine is neither taken nor deleted", func(t *testing.T) {
		s, owner, m := waiting(t)
		pod := s.madePod("m")
		pod.Spec.SchedulingGates = nil
		s.create(pod, m, owner)
		s.says(m, infrav1.PodRunningCondition, metav1.ConditionFalse, infrav1.PodNotOwnedReason, "delete the pod, or delete the Machine")
		s.Expect(s.Delete(s.Context(), owner)).To(Succeed())
		s.goes(m)
		s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(pod), pod)).To(Succeed(), "it is left until it is an orphan")
		s.goes(pod)
	})
	t.Run("and one that waits says for what", func(t *testing.T) {
		s, owner, m := waiting(t)
		s.create(m, owner)
		s.says(m, infrav1.PodRunningCondition, metav1.ConditionUnknown, infrav1.WaitingForBootstrapDataReason)
		s.Expect(s.pods()).To(BeEmpty())
	})
}

func TestADeletionWaitsForThePodAlone(t *testing.T) {
	s := tell(t)
	s.settle()
	s.template()
	s.deploy(1)
	m := s.machine()
	s.ready(m)
	s.limit(standin.Ending)
	s.Expect(s.Delete(s.Context(), &corev1.Secret{ObjectMeta: s.meta("bootstrap")})).To(Succeed())
	s.Expect(s.Delete(s.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.machineNamespace(), Name: m.Name}})).To(Succeed())
	s.Expect(s.Delete(s.Context(), m)).To(Succeed())
	s.says(m, infrav1.DeletingCondition, metav1.ConditionTrue, infrav1.DeletingWaitingForPodReason, "Waiting for pod "+s.podOf(m).String())
	s.limit(standin.Joined)
	s.goes(m)
	s.Expect(s.Get(s.Context(), s.podOf(m), &corev1.Pod{})).To(beNotFound())
}

func TestAPausedMachineIsLeftAlone(t *testing.T) {
	s := tell(t)
	s.settle()
	s.template()
	s.deploy(1)
	m := s.machine()
	s.ready(m)
	cluster := s.clusterObject()
	s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(cluster), cluster)).To(Succeed())
	paused := cluster.DeepCopy()
	paused.Spec.Paused = ptr.To(true)
	s.Expect(s.Patch(s.Context(), paused, client.MergeFrom(cluster))).To(Succeed())
	s.says(m, infrav1.PausedCondition, metav1.ConditionTrue, clusterv1.PausedReason)
	s.says(s.infraCluster(), infrav1.PausedCondition, metav1.ConditionTrue, clusterv1.PausedReason)
	// As clusterctl move does with what it has moved.
	s.Expect(s.Delete(s.Context(), m)).To(Succeed())
	s.Consistently(func() error { return s.Get(s.Context(), s.podOf(m), &corev1.Pod{}) }).Should(Succeed())
	s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(m), m)).To(Succeed())
}
