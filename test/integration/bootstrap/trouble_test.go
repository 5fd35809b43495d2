// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// withheld checks that Cluster API makes no machine, and says why.
func (s *story) withheld(reason string, message ...string) {
	s.Helper()
	s.says(bootstrapv1.DataSecretAvailableCondition, metav1.ConditionFalse, reason, message...)
	s.Expect(s.config().Status.Initialization.DataSecretCreated).To(BeNil())
	s.Eventually(func(g Gomega) {
		machine := &clusterv1.Machine{}
		g.Expect(s.Get(s.Context(), s.key(), machine)).To(Succeed())
		g.Expect(machine.Spec.Bootstrap.DataSecretName).To(BeNil())
		ready := conditions.Get(machine, clusterv1.MachineBootstrapConfigReadyCondition)
		g.Expect(ready).NotTo(BeNil())
		g.Expect(ready.Status).To(Equal(metav1.ConditionFalse))
		for _, part := range message {
			g.Expect(ready.Message).To(ContainSubstring(part), "the Machine says so too")
		}
	}).Should(Succeed())
}

func TestAMachineThatIsNewerThanItsControlPlane(t *testing.T) {
	s := tell(t)
	s.host("v1.35.2")
	s.machine("v1.36.3")
	s.withheld(bootstrapv1.VersionNotSupportedReason,
		"Machine c: version v1.36.3 is newer than the control plane, which runs v1.35.2; upgrade the control plane first")
}

func TestAMachineThatIsTooOldForItsControlPlane(t *testing.T) {
	s := tell(t)
	s.host("v1.36.3")
	s.machine("v1.32.9")
	s.withheld(bootstrapv1.VersionNotSupportedReason, "choose a version v1.33.x or later")
}

func TestAMachineBeforeItsControlPlane(t *testing.T) {
	s := tell(t)
	s.secrets()
	s.create(&clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}, Spec: clusterv1.ClusterSpec{
		ControlPlaneRef: clusterv1.ContractVersionedObjectReference{APIGroup: "controlplane.cluster.x-k8s.io", Kind: "KubeceptionControlPlane", Name: name},
	}})
	s.machine(version)
	s.withheld(bootstrapv1.WaitingForControlPlaneReason, "Waiting for the control plane to be initialized")
	s.initialize(version)
	s.created()
}

func TestAnAPIServerThatCannotBeReached(t *testing.T) {
	s := tell(t)
	s.host(version)
	kubeconfig := &corev1.Secret{}
	key := client.ObjectKey{Namespace: s.namespace, Name: name + "-kubeconfig"}
	s.Expect(s.Get(s.Context(), key, kubeconfig)).To(Succeed())
	right := kubeconfig.Data["value"]
	wrong, err := kubeconfigOf(world.workload.Config, "127.0.0.1:1")
	s.Expect(err).NotTo(HaveOccurred())
	s.Expect(right).NotTo(Equal(wrong))
	kubeconfig.Data["value"] = wrong
	s.Expect(s.Update(s.Context(), kubeconfig)).To(Succeed())
	s.machine(version)
	s.Eventually(func(g Gomega) {
		config := s.config()
		token := conditions.Get(config, bootstrapv1.BootstrapTokenAvailableCondition)
		g.Expect(token).NotTo(BeNil())
		g.Expect(token.Reason).To(BeElementOf(bootstrapv1.ClusterUnreachableReason, bootstrapv1.BootstrapTokenAvailableReason))
	}).Should(Succeed())
	if conditions.IsTrue(s.config(), bootstrapv1.BootstrapTokenAvailableCondition) {
		s.Skip("the connection was made before the kubeconfig was broken")
	}
	s.withheld(bootstrapv1.ClusterUnreachableReason, "cannot be reached")
}

func TestAFileFromASecretThatComesLater(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.machine(version, func(spec *bootstrapv1.KubeceptionConfigSpec) {
		spec.Files = []bootstrapv1.File{{Path: "/etc/licence", ContentFrom: bootstrapv1.FileSource{
			SecretRef: bootstrapv1.SecretKeyReference{Name: "licence", Key: "text"},
		}}}
	})
	s.withheld(bootstrapv1.ReferenceMissingReason, "Waiting for the Secret licence")
	s.create(&corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "licence"}, Data: map[string][]byte{"text": []byte("yours")},
	})
	s.Expect(s.files(s.created())).To(HaveKeyWithValue("/etc/licence", "yours"))
}

func TestASecretOfTheSameNameIsLeftAlone(t *testing.T) {
	s := tell(t)
	s.create(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}, Data: map[string][]byte{"mine": []byte("mine")}})
	s.host(version)
	s.machine(version)
	s.withheld(bootstrapv1.ConfigurationInvalidReason, "the Secret c exists and belongs to something else")
	s.Expect(s.data().Data).To(HaveLen(1))
}

func TestWhileItsClusterIsPausedNothingIsWritten(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.pause(true)
	s.machine(version)
	// Core sets no owner while the Cluster is paused; clusterctl move keeps it.
	machine := &clusterv1.Machine{}
	s.Expect(s.Get(s.Context(), s.key(), machine)).To(Succeed())
	config := s.config()
	config.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(machine, clusterv1.GroupVersion.WithKind("Machine"))}
	s.Expect(s.Update(s.Context(), config)).To(Succeed())
	s.says(bootstrapv1.PausedCondition, metav1.ConditionTrue, clusterv1.PausedReason)
	s.Consistently(func() error { return s.Get(s.Context(), s.key(), &corev1.Secret{}) }).ShouldNot(Succeed())
	s.pause(false)
	s.created()
}

func (s *story) pause(on bool) {
	s.Helper()
	s.Eventually(func() error {
		cluster := &clusterv1.Cluster{}
		s.Expect(s.Get(s.Context(), s.key(), cluster)).To(Succeed())
		cluster.Spec.Paused = &on
		return s.Update(s.Context(), cluster)
	}).Should(Succeed())
}
