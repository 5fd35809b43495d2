// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/secret"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

const (
	kubeconfigSecret = name + "-kubeconfig"
	halfAYear        = 183 * 24 * time.Hour
)

func (s *story) kubeconfig() []byte {
	s.Helper()
	return s.secret(s.namespace, kubeconfigSecret).Data[secret.KubeconfigDataName]
}

// trusted returns the certificates that a kubeconfig trusts.
func trusted(kubeconfig []byte) ([]byte, error) {
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	if err != nil {
		return nil, err
	}
	return config.CAData, nil
}

// roots reads the root material as the provider does.
func (s *story) roots() *pki.Roots {
	s.Helper()
	owner := *metav1.NewControllerRef(s.controlPlane(), controlplanev1.GroupVersion.WithKind("KubeceptionControlPlane"))
	store := &pki.Store{Client: s.Client, Live: s.Client}
	roots, err := store.Load(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: name}, owner)
	s.Expect(err).NotTo(HaveOccurred())
	return roots
}

// replace changes a Secret as a user would.
func (s *story) replace(name string, data map[string][]byte) {
	s.Helper()
	existing := s.secret(s.namespace, name)
	existing.Data = data
	s.Expect(s.Update(s.Context(), existing)).To(Succeed())
}

func TestTheKubeconfigIsRenewedAtHalfItsLifeAndWhenTheAuthorityChanges(t *testing.T) {
	s := tell(t)
	// An authority that is old enough to have issued what is half expired.
	clients, err := pki.GenerateRoot(pki.ClientCA, time.Now().Add(-2*halfAYear))
	s.Expect(err).NotTo(HaveOccurred())
	s.create(&corev1.Secret{ObjectMeta: s.meta(pki.ClientCA.SecretName(name)), Type: clusterv1.ClusterSecretType, Data: clients})
	s.host()
	s.comesUp()
	existing := s.secret(s.namespace, kubeconfigSecret)
	s.Expect(existing.Type).To(Equal(clusterv1.ClusterSecretType))
	s.Expect(existing.Labels).To(HaveKeyWithValue(clusterv1.ClusterNameLabel, name))
	s.Expect(metav1.IsControlledBy(existing, s.controlPlane())).To(BeTrue())

	server := "https://" + s.controlPlane().Spec.ControlPlaneEndpoint.String()
	old, err := pki.AdminKubeconfig(name, server, s.roots(), time.Now().Add(-halfAYear))
	s.Expect(err).NotTo(HaveOccurred())
	s.replace(kubeconfigSecret, map[string][]byte{secret.KubeconfigDataName: old})
	s.Eventually(s.kubeconfig).ShouldNot(Equal(old))
	_, stale := pki.KubeconfigNeedsRefresh(s.kubeconfig(), server, s.roots(), time.Now())
	s.Expect(stale).To(BeFalse())

	authority, err := pki.GenerateRoot(pki.ClusterCA, time.Now())
	s.Expect(err).NotTo(HaveOccurred())
	s.replace(pki.ClusterCA.SecretName(name), authority)
	s.Eventually(func() []byte {
		kubeconfig, err := trusted(s.kubeconfig())
		s.Expect(err).NotTo(HaveOccurred())
		return kubeconfig
	}).Should(Equal(authority[pki.CertificateData]))
	s.comesUp()
}

func TestAKubeconfigThatTheUserSuppliesIsLeftAlone(t *testing.T) {
	for title, labels := range map[string]map[string]string{
		"with the label of the Cluster": {clusterv1.ClusterNameLabel: name},
		"without any label":             nil,
	} {
		t.Run(title, func(t *testing.T) {
			s := tell(t)
			meta := s.meta(kubeconfigSecret)
			meta.Labels = labels
			own := map[string][]byte{secret.KubeconfigDataName: []byte("of the user")}
			s.create(&corev1.Secret{ObjectMeta: meta, Type: clusterv1.ClusterSecretType, Data: own})
			s.host()
			s.comesUp()
			s.Consistently(func() map[string][]byte { return s.secret(s.namespace, kubeconfigSecret).Data }).Should(Equal(own))
			s.Expect(s.secret(s.namespace, kubeconfigSecret).OwnerReferences).To(BeEmpty())
		})
	}
}

func TestWhatTheManagerMadeIsGivenItsOwnerBack(t *testing.T) {
	s := tell(t)
	s.host()
	s.comesUp()
	for _, made := range append(pki.RootSecretNames(name), kubeconfigSecret) {
		orphan := s.secret(s.namespace, made)
		orphan.OwnerReferences = nil
		s.Expect(s.Update(s.Context(), orphan)).To(Succeed())
		s.Eventually(func() bool { return metav1.IsControlledBy(s.secret(s.namespace, made), s.controlPlane()) }).Should(BeTrue(), made)
		s.Expect(s.secret(s.namespace, made).Data).To(Equal(orphan.Data))
	}
}

func TestAnAuthorityThatTheUserSuppliesIsHonouredAndNeverDeleted(t *testing.T) {
	s := tell(t)
	authority, err := pki.GenerateRoot(pki.ClusterCA, time.Now())
	s.Expect(err).NotTo(HaveOccurred())
	supplied := pki.ClusterCA.SecretName(name)
	s.create(&corev1.Secret{ObjectMeta: s.meta(supplied), Type: clusterv1.ClusterSecretType, Data: authority})
	s.host()
	s.comesUp()
	kubeconfig, err := trusted(s.kubeconfig())
	s.Expect(err).NotTo(HaveOccurred())
	s.Expect(kubeconfig).To(Equal(authority[pki.CertificateData]))

	s.Expect(s.Delete(s.Context(), s.cluster())).To(Succeed())
	s.goes()
	s.Expect(s.secret(s.namespace, supplied).OwnerReferences).To(BeEmpty(), "the garbage collector leaves it")
	for _, generated := range pki.RootSecretNames(name) {
		if generated != supplied {
			owners := s.secret(s.namespace, generated).OwnerReferences
			s.Expect(owners).To(ConsistOf(HaveField("Kind", "KubeceptionControlPlane")), "the garbage collector takes %s", generated)
		}
	}
}

func TestAnAuthorityThatCannotBeUsedIsNamedAndNothingIsMade(t *testing.T) {
	s := tell(t)
	supplied := pki.ClusterCA.SecretName(name)
	s.create(&corev1.Secret{ObjectMeta: s.meta(supplied), Type: clusterv1.ClusterSecretType, Data: map[string][]byte{
		corev1.TLSCertKey: []byte("no certificate"), corev1.TLSPrivateKeyKey: []byte("no key"),
	}})
	s.host()
	s.says(controlplanev1.CertificatesAvailableCondition, metav1.ConditionFalse, controlplanev1.CertificatesInvalidReason, supplied)
	s.says(controlplanev1.AvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason, supplied)
	made := &appsv1.DeploymentList{}
	s.Expect(s.List(s.Context(), made, client.InNamespace(s.seedNamespace()))).To(Succeed())
	s.Expect(made.Items).To(BeEmpty())
}
