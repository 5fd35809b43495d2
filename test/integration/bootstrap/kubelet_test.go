// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package bootstrap

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"

	. "github.com/onsi/gomega"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/keyutil"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

// files are what cloud-init would write, by path.
func (s *story) files(data *corev1.Secret) map[string]string {
	s.Helper()
	s.Expect(string(data.Data["format"])).To(Equal("cloud-config"))
	var document struct {
		WriteFiles []struct{ Path, Content string } `json:"write_files"`
	}
	s.Expect(yaml.Unmarshal(data.Data["value"], &document)).To(Succeed())
	files := map[string]string{}
	for _, f := range document.WriteFiles {
		files[f.Path] = f.Content
	}
	return files
}

// bootstrapper is who a kubelet is before it has joined.
func (s *story) bootstrapper(data *corev1.Secret) *rest.Config {
	s.Helper()
	files := s.files(data)
	kubeconfig, err := clientcmd.Load([]byte(files["/etc/kubernetes/bootstrap-kubeconfig"]))
	s.Expect(err).NotTo(HaveOccurred())
	cluster := kubeconfig.Clusters["cluster"]
	cluster.CertificateAuthorityData = []byte(files[cluster.CertificateAuthority])
	cluster.CertificateAuthority = ""
	config, err := clientcmd.NewDefaultClientConfig(*kubeconfig, nil).ClientConfig()
	s.Expect(err).NotTo(HaveOccurred())
	return config
}

func (s *story) as(config *rest.Config) client.Client {
	s.Helper()
	c, err := client.New(config, client.Options{Scheme: envtest.Scheme()})
	s.Expect(err).NotTo(HaveOccurred())
	return c
}

// ask makes a request for a certificate, and returns its name and the key.
func (s *story) ask(c client.Client, signer string, template *x509.CertificateRequest, usages ...certificatesv1.KeyUsage) (string, []byte) {
	s.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.Expect(err).NotTo(HaveOccurred())
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	s.Expect(err).NotTo(HaveOccurred())
	request := &certificatesv1.CertificateSigningRequest{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "csr-"},
		Spec: certificatesv1.CertificateSigningRequestSpec{
			SignerName: signer, Usages: append(usages, certificatesv1.UsageDigitalSignature),
			Request: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}),
		},
	}
	s.Expect(c.Create(s.Context(), request)).To(Succeed())
	encoded, err := keyutil.MarshalPrivateKeyToPEM(key)
	s.Expect(err).NotTo(HaveOccurred())
	return request.Name, encoded
}

func (s *story) request(name string) *certificatesv1.CertificateSigningRequest {
	s.Helper()
	request := &certificatesv1.CertificateSigningRequest{}
	s.Expect(world.workloadClient.Get(s.Context(), client.ObjectKey{Name: name}, request)).To(Succeed())
	return request
}

func (s *story) certificate(name string) []byte {
	s.Helper()
	s.Eventually(func(g Gomega) {
		status := s.request(name).Status
		g.Expect(status.Certificate).NotTo(BeEmpty(), "conditions: %v", status.Conditions)
	}).Should(Succeed())
	return s.request(name).Status.Certificate
}

func (s *story) subject() pkix.Name {
	return pkix.Name{CommonName: "system:node:" + s.node, Organization: []string{"system:nodes"}}
}

// join does what a kubelet does with its bootstrap data, up to and including its Node. It returns who it is then.
func (s *story) join(data *corev1.Secret) client.Client {
	s.Helper()
	bootstrapper := s.bootstrapper(data)
	name, key := s.ask(s.as(bootstrapper), certificatesv1.KubeAPIServerClientKubeletSignerName,
		&x509.CertificateRequest{Subject: s.subject()}, certificatesv1.UsageClientAuth)
	config := rest.AnonymousClientConfig(bootstrapper)
	config.CertData, config.KeyData = s.certificate(name), key
	var kubelet client.Client
	s.Eventually(func(g Gomega) { // The API server reads its authorities again after a while.
		c, err := client.New(config, client.Options{Scheme: envtest.Scheme()})
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(c.Create(s.Context(), &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: s.node}, Spec: corev1.NodeSpec{ProviderID: s.providerID()},
		})).To(Succeed())
		kubelet = c
	}).Should(Succeed())
	return kubelet
}

// serving asks for a serving certificate, and returns the name of the request.
func (s *story) serving(kubelet client.Client, address string) string {
	s.Helper()
	name, _ := s.ask(kubelet, certificatesv1.KubeletServingSignerName, &x509.CertificateRequest{
		Subject: s.subject(), DNSNames: []string{s.node}, IPAddresses: []net.IP{net.ParseIP(address)},
	}, certificatesv1.UsageServerAuth)
	return name
}
