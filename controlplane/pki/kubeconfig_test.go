// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/cluster-api/util/kubeconfig"
	"sigs.k8s.io/cluster-api/util/secret"
)

// apiServer serves with a certificate of the roots, accepts their clients, and answers with the client's name.
func apiServer(t *testing.T, r *Roots, at time.Time) string {
	t.Helper()
	leaf := serverLeaf
	leaf.IPAddresses = []string{"127.0.0.1"}
	crt, key, err := leaf.Issue(r.Cluster, at)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(crt, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		subject := req.TLS.PeerCertificates[0].Subject
		_, _ = w.Write([]byte(subject.CommonName + " " + subject.Organization[0]))
	}))
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: r.Client.pool(), ClientAuth: tls.RequireAndVerifyClientCert,
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestKubeconfigReachesItsServer(t *testing.T) {
	g := NewWithT(t)
	today := time.Now() // client-go verifies against the real clock.
	secrets := map[string]map[string][]byte{}
	for _, name := range RootNames() {
		content, err := GenerateRoot(name, today)
		g.Expect(err).NotTo(HaveOccurred())
		secrets[name.SecretName("c")] = content
	}
	r, err := ParseRoots("c", secrets, today)
	g.Expect(err).NotTo(HaveOccurred())
	url := apiServer(t, r, today)

	admin, err := AdminKubeconfig("c", url, r, today)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(whoAmI(g, admin, url)).To(Equal("kubernetes-admin system:masters"))

	held := &corev1.Secret{Data: map[string][]byte{secret.KubeconfigDataName: admin}}
	expiring, err := kubeconfig.NeedsClientCertRotation(held, KubeconfigValidity/2)
	g.Expect(err).NotTo(HaveOccurred(), "Cluster API reads our kubeconfig")
	g.Expect(expiring).To(BeFalse())

	theirs, err := kubeconfig.New("c", url, r.Client.Certificate, r.Client.Key)
	g.Expect(err).NotTo(HaveOccurred(), "Cluster API signs with our authority")
	theirs.Clusters["c"].CertificateAuthorityData = r.Cluster.BundlePEM()
	written, err := clientcmd.Write(*theirs)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(whoAmI(g, written, url)).To(Equal("kubernetes-admin system:masters"))
}

func whoAmI(g Gomega, kubeconfig []byte, url string) string {
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	g.Expect(err).NotTo(HaveOccurred())
	httpClient, err := rest.HTTPClientFor(config)
	g.Expect(err).NotTo(HaveOccurred())
	response, err := httpClient.Get(url)
	g.Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	name := make([]byte, 100)
	n, _ := response.Body.Read(name)
	return string(name[:n])
}

func TestKubeconfigNeedsRefresh(t *testing.T) {
	const server = "https://api.example.com:6443"
	r := roots(t)
	good, err := AdminKubeconfig("c", server, r, now)
	if err != nil {
		t.Fatal(err)
	}
	leafCrt, leafKey, err := clientLeaf.Issue(r.Client, now)
	if err != nil {
		t.Fatal(err)
	}
	lesser, err := Kubeconfig("c", server, r.Cluster, leafCrt, leafKey)
	if err != nil {
		t.Fatal(err)
	}
	bundle := *r
	bundle.Cluster = mustParse(t, map[string][]byte{
		CertificateData: concat(r.Cluster.BundlePEM(), roots(t).Cluster.BundlePEM()),
		PrivateKeyData:  []byte(r.Cluster.KeyPair().Key),
	})
	otherClient := *r
	otherClient.Client = roots(t).Client

	cases := map[string]struct {
		data   []byte
		server string
		roots  *Roots
		after  time.Duration
		want   string // empty: kept
	}{
		"a fresh kubeconfig is kept":                         {data: good},
		"a kubeconfig in the first half of its life is kept": {data: good, after: 181 * day},
		"a kubeconfig in the second half is refreshed":       {data: good, after: 184 * day, want: "it expires at 2027-03-01"},
		"a missing kubeconfig is written":                    {want: "there is no kubeconfig"},
		"text that is no kubeconfig is replaced":             {data: []byte("{"), want: "it is not a kubeconfig"},
		"a kubeconfig without a context is replaced":         {data: []byte("kind: Config\napiVersion: v1"), want: "no current context"},
		"a context without a cluster is replaced": {
			data: []byte("kind: Config\napiVersion: v1\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: nowhere, user: nobody}}]"),
			want: "its current context leads nowhere",
		},
		"a new address refreshes":                         {data: good, server: "https://new", want: "the server changes"},
		"a cluster authority that joins a bundle does":    {data: good, roots: &bundle, want: "the trusted certificates change"},
		"a new client authority does":                     {data: good, roots: &otherClient, want: "authority ca-client changed"},
		"a certificate that is not an administrator's is": {data: lesser, want: "the common name changes"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			address, current := c.server, c.roots
			if address == "" {
				address = server
			}
			if current == nil {
				current = r
			}
			reason, refresh := KubeconfigNeedsRefresh(c.data, address, current, now.Add(c.after))
			g.Expect(refresh).To(Equal(c.want != ""), reason)
			g.Expect(reason).To(ContainSubstring(c.want))
		})
	}

	g := NewWithT(t)
	expiry, err := KubeconfigExpiry("kubeconfig", good)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(expiry.NotAfter).To(Equal(now.Add(KubeconfigValidity)))
	g.Expect(expiry.RenewAt).To(BeTemporally("~", now.Add(KubeconfigValidity/2), backdate))
	_, err = KubeconfigExpiry("kubeconfig", nil)
	g.Expect(err).To(HaveOccurred())
}

func TestFileKubeconfigNamesFiles(t *testing.T) {
	g := NewWithT(t)
	text, err := FileKubeconfig("c", "https://kube-apiserver", "/ca/ca.crt", "/tls/tls.crt", "/tls/tls.key")
	g.Expect(err).NotTo(HaveOccurred())
	config, err := clientcmd.Load(text)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(config.AuthInfos["client"].ClientCertificate).To(Equal("/tls/tls.crt"))
	g.Expect(config.AuthInfos["client"].ClientKey).To(Equal("/tls/tls.key"))
	g.Expect(config.Clusters["c"].CertificateAuthority).To(Equal("/ca/ca.crt"))
}
