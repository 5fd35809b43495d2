// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"encoding/json"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/test/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

func TestAMachineJoins(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.machine(version)
	data := s.created()
	s.Expect(data.Type).To(Equal(clusterv1.ClusterSecretType))
	s.Expect(data.Labels).To(HaveKeyWithValue(clusterv1.ClusterNameLabel, name))
	s.Expect(metav1.IsControlledBy(data, s.config())).To(BeTrue())
	s.Expect(s.token(data)).NotTo(BeNil(), "the workload cluster knows the token before a machine is made")

	kubelet := s.join(data)
	s.provision("10.1.0.1")
	s.says(bootstrapv1.BootstrapTokenAvailableCondition, metav1.ConditionTrue, bootstrapv1.BootstrapTokenUsedReason)
	s.Expect(s.token(data)).To(BeNil(), "a token that was used is deleted")
	s.Expect(s.data().ResourceVersion).To(Equal(data.ResourceVersion), "bootstrap data does not change")

	request := s.serving(kubelet, "10.1.0.1")
	s.Expect(s.certificate(request)).NotTo(BeEmpty())
	s.Expect(s.request(request).Status.Conditions).To(ContainElement(SatisfyAll(
		HaveField("Type", certificatesv1.CertificateApproved), HaveField("Message", "all names and addresses are those of Machine c"))))
}

func TestBootstrapDataIsGivenItsOwnerBack(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.machine(version)
	before := s.created()
	orphan := before.DeepCopy()
	orphan.OwnerReferences = nil
	s.Expect(s.Update(s.Context(), orphan)).To(Succeed())
	s.Eventually(func() []metav1.OwnerReference { return s.data().OwnerReferences }).Should(Equal(before.OwnerReferences))
	s.Expect(s.data().Data).To(Equal(before.Data))
	s.Expect(s.created()).NotTo(BeNil())
}

func TestAServingCertificateForWhatIsNotOfTheMachine(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.machine(version)
	kubelet := s.join(s.created())
	early := s.serving(kubelet, "10.1.0.2")
	s.Consistently(func() []certificatesv1.CertificateSigningRequestCondition { return s.request(early).Status.Conditions }).
		Should(BeEmpty(), "a request waits for the Machine to have the node")
	s.provision("10.1.0.2")
	s.Expect(s.certificate(early)).NotTo(BeEmpty(), "and is decided as soon as it has")

	foreign := s.serving(kubelet, "10.1.0.99")
	s.Eventually(func() []certificatesv1.CertificateSigningRequestCondition {
		return s.request(foreign).Status.Conditions
	}).
		Should(ConsistOf(SatisfyAll(
			HaveField("Type", certificatesv1.CertificateDenied), HaveField("Reason", "NotOfMachine"),
			HaveField("Message", `the IP address 10.1.0.99 is not one of Machine c, which has ["10.1.0.2"]`))))
	s.Expect(s.request(foreign).Status.Certificate).To(BeEmpty())
}

func TestATokenIsRenewedWhileItIsNotUsed(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.machine(version)
	data := s.created()
	first := expiry(s.token(data))
	s.Eventually(func() time.Time { return expiry(s.token(data)) }).Should(BeTemporally(">", first.Add(lifetime)), "more than once")
	s.Expect(s.data().ResourceVersion).To(Equal(data.ResourceVersion), "in bootstrap data that does not change")
	s.join(data) // After the first expiry.
}

func TestATokenThatIsWrongOrHasExpired(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.machine(version)
	data := s.created()
	bootstrapper := s.bootstrapper(data)
	bootstrapper.BearerToken = bootstrapper.BearerToken[:7] + "0000000000000000"
	err := s.as(bootstrapper).List(s.Context(), &certificatesv1.CertificateSigningRequestList{})
	s.Expect(apierrors.IsUnauthorized(err)).To(BeTrue(), "with a wrong secret: %v", err)

	// As if the manager had been away for longer than the token lives.
	token := s.token(data)
	s.Expect(world.workloadClient.Delete(s.Context(), token)).To(Succeed())
	s.Eventually(func() *corev1.Secret { return s.token(data) }).ShouldNot(BeNil(), "it is issued again")
	s.join(data)
}

func TestAMachinePoolHasATokenThatIsReplaced(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.create(&bootstrapv1.KubeceptionConfig{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}},
		s.infrastructure(builder.TestInfrastructureMachinePoolKind),
		&clusterv1.MachinePool{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name}, Spec: clusterv1.MachinePoolSpec{
			ClusterName: name, Replicas: ptr.To(int32(1)),
			Template: clusterv1.MachineTemplateSpec{Spec: clusterv1.MachineSpec{
				ClusterName: name, Version: version, Bootstrap: configRef(),
				InfrastructureRef: clusterv1.ContractVersionedObjectReference{
					APIGroup: builder.InfrastructureGroupVersion.Group, Kind: builder.TestInfrastructureMachinePoolKind, Name: name,
				},
			}},
		}})
	data := s.created()
	first := expiry(s.token(data))
	s.Eventually(func() time.Time { return expiry(s.token(data)) }).Should(BeTemporally(">", first), "renewed while a machine is missing")
	s.Expect(s.data().ResourceVersion).To(Equal(data.ResourceVersion))

	pool := &clusterv1.MachinePool{}
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(s.Context(), s.key(), pool)).To(Succeed())
		pool.Spec.Replicas = ptr.To(int32(0)) // All that are wanted have joined.
		g.Expect(s.Update(s.Context(), pool)).To(Succeed())
	}).Should(Succeed())
	s.Eventually(func() string { return string(s.data().Data["bootstrap-token"]) }).ShouldNot(Equal(string(data.Data["bootstrap-token"])))
	next := s.data()
	s.Expect(string(next.Data["value"])).To(ContainSubstring(string(next.Data["bootstrap-token"])), "in the data that machines are made with")
	s.Eventually(func() *corev1.Secret { return s.token(next) }).ShouldNot(BeNil())
	s.join(next)
}

func TestARestartMidwayGoesOnWithTheSameToken(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.machine(version)
	data := s.created()
	// As if the manager had ended right after it wrote the data, or the cluster had been moved: status is lost.
	s.Expect(world.workloadClient.Delete(s.Context(), s.token(data))).To(Succeed())
	s.Eventually(func() error {
		config := s.config()
		config.Status = bootstrapv1.KubeceptionConfigStatus{}
		return s.Status().Update(s.Context(), config)
	}).Should(Succeed())
	after := s.created()
	s.Expect(after.ResourceVersion).To(Equal(data.ResourceVersion))
	s.Eventually(func() *corev1.Secret { return s.token(data) }).ShouldNot(BeNil())
}

func TestATokenIsWithdrawnWhenTheMachineGoes(t *testing.T) {
	s := tell(t)
	s.host(version)
	s.machine(version)
	data := s.created()
	machine := &clusterv1.Machine{}
	s.Expect(s.Get(s.Context(), s.key(), machine)).To(Succeed())
	s.Eventually(func() error {
		infrastructure := s.infrastructure(builder.TestInfrastructureMachineKind)
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"finalizers": []string{"test/hold"}}})
		s.Expect(err).NotTo(HaveOccurred())
		return s.Patch(s.Context(), infrastructure, client.RawPatch("application/merge-patch+json", patch))
	}).Should(Succeed()) // So that the Machine stays for a while.
	s.Expect(s.Delete(s.Context(), machine)).To(Succeed())
	s.Eventually(func() *corev1.Secret { return s.token(data) }).Should(BeNil())
}
