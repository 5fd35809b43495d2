// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"
)

var (
	serverLeaf = Leaf{
		SecretName: "kube-apiserver", Authority: ClusterCA, CommonName: "kube-apiserver", ServerAuth: true,
		DNSNames: []string{"kubernetes.default.svc", "api.example.com"}, IPAddresses: []string{"10.0.0.1", "fd00::1"},
	}
	clientLeaf = Leaf{
		SecretName: "scheduler", Authority: ClientCA, CommonName: "system:kube-scheduler", ClientAuth: true,
		Organizations: []string{"b", "a"},
	}
)

func TestIssuedCertificateSaysWhatWasAsked(t *testing.T) {
	g := NewWithT(t)
	r := roots(t)

	server := issue(t, serverLeaf, r.Cluster)
	g.Expect(server.DNSNames).To(ConsistOf("kubernetes.default.svc", "api.example.com"))
	g.Expect(ipSet(server.IPAddresses)).To(ConsistOf("10.0.0.1", "fd00::1"))
	g.Expect(server.ExtKeyUsage).To(ConsistOf(x509.ExtKeyUsageServerAuth))
	g.Expect(server.NotAfter).To(Equal(now.Add(LeafValidity)))
	g.Expect(server.IsCA).To(BeFalse())

	client := issue(t, clientLeaf, r.Client)
	g.Expect(client.Subject.CommonName).To(Equal("system:kube-scheduler"))
	g.Expect(client.Subject.Organization).To(ConsistOf("a", "b"))
	g.Expect(client.ExtKeyUsage).To(ConsistOf(x509.ExtKeyUsageClientAuth))
	g.Expect(client.SerialNumber).NotTo(Equal(server.SerialNumber))
}

func TestLeafThatCannotBeIssued(t *testing.T) {
	constrained := newUserCA(t, nil, func(c *x509.Certificate) {
		c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"example.org"}
	})
	clientsOnly := newUserCA(t, nil, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })

	cases := map[string]struct {
		leaf   Leaf
		ca     *Authority
		at     time.Time
		want   string
		change func(*Leaf)
	}{
		"a leaf without a common name":         {change: func(l *Leaf) { l.CommonName = "" }, want: "no common name"},
		"a leaf for neither server nor client": {change: func(l *Leaf) { l.ServerAuth = false }, want: "neither for a server nor for a client"},
		"a server without an address":          {change: func(l *Leaf) { l.DNSNames, l.IPAddresses = nil, nil }, want: "needs a DNS name or an IP address"},
		"an IP address that is none":           {change: func(l *Leaf) { l.IPAddresses = []string{"10.0.0"} }, want: `IP address "10.0.0"`},
		"an expired authority":                 {at: now.Add(AuthorityValidity + day), want: "cannot vouch for it"},
		"an authority for other names":         {ca: mustParse(t, constrained.pem), want: "cannot vouch for it"},
		"an authority for clients only":        {ca: mustParse(t, clientsOnly.pem), want: "cannot vouch for it"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			leaf, ca, at := serverLeaf, c.ca, c.at
			if c.change != nil {
				c.change(&leaf)
			}
			if ca == nil {
				ca = roots(t).Cluster
			}
			if at.IsZero() {
				at = now
			}
			_, _, err := leaf.Issue(ca, at)
			g.Expect(err).To(MatchError(And(ContainSubstring("issue certificate kube-apiserver"), ContainSubstring(c.want))))
		})
	}
}

func TestServerAndClientTrustEachOther(t *testing.T) {
	root := newUserCA(t, nil, nil)
	intermediate := newUserCA(t, root, func(c *x509.Certificate) { c.Subject.CommonName = "Example Intermediate" })
	generatedCA := roots(t).Cluster
	other := roots(t).Cluster

	cases := map[string]struct {
		issuer, trusted *Authority
		wantError       bool
	}{
		"with a generated authority":         {issuer: generatedCA, trusted: generatedCA},
		"with a user's RSA authority":        {issuer: mustParse(t, root.pem), trusted: mustParse(t, root.pem)},
		"with an intermediate, trusted root": {issuer: mustParse(t, intermediate.pem), trusted: mustParse(t, root.pem)},
		"while two authorities are trusted, by the old one": {
			issuer: other, trusted: &Authority{Bundle: append([]*x509.Certificate{}, generatedCA.Certificate, other.Certificate)},
		},
		"but not with another authority of the same kind": {issuer: generatedCA, trusted: other, wantError: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			client := clientLeaf
			client.Authority = ClusterCA
			err := handshake(t,
				keyPair(t, serverLeaf, c.issuer), keyPair(t, client, c.issuer), c.trusted.pool(), "api.example.com")
			if c.wantError {
				g.Expect(err).To(HaveOccurred())
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
		})
	}
}

func TestLeafIsPlainData(t *testing.T) {
	g := NewWithT(t)
	text, err := yaml.Marshal(clientLeaf)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(text).To(MatchYAML(`
authority: ca-client
clientAuth: true
commonName: system:kube-scheduler
organizations: [b, a]
secretName: scheduler`))
	var read Leaf
	g.Expect(yaml.UnmarshalStrict(text, &read)).To(Succeed())
	g.Expect(read).To(Equal(clientLeaf))
}

func issue(t testing.TB, leaf Leaf, ca *Authority) *x509.Certificate {
	t.Helper()
	return keyPair(t, leaf, ca).Leaf
}

func keyPair(t testing.TB, leaf Leaf, ca *Authority) tls.Certificate {
	t.Helper()
	crt, key, err := leaf.Issue(ca, now)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(crt, key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// handshake lets a server and a client verify each other and exchange a byte.
func handshake(t testing.TB, server, client tls.Certificate, trusted *x509.CertPool, serverName string) error {
	t.Helper()
	clock := func() time.Time { return now }
	serverSide, clientSide := net.Pipe()
	defer serverSide.Close()
	defer clientSide.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	result := make(chan error, 1)
	go func() {
		conn := tls.Server(serverSide, &tls.Config{
			Certificates: []tls.Certificate{server}, ClientCAs: trusted, ClientAuth: tls.RequireAndVerifyClientCert, Time: clock,
		})
		err := conn.HandshakeContext(ctx)
		if err == nil {
			_, err = conn.Write([]byte{1})
		}
		_ = serverSide.Close()
		result <- err
	}()
	conn := tls.Client(clientSide, &tls.Config{
		Certificates: []tls.Certificate{client}, RootCAs: trusted, ServerName: serverName, Time: clock,
	})
	if err := conn.HandshakeContext(ctx); err != nil {
		return err
	}
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		return err
	}
	return <-result
}

func BenchmarkGenerateKey(b *testing.B) {
	b.Run("ECDSA P-256", func(b *testing.B) {
		for b.Loop() {
			_, _ = newKey()
		}
	})
	b.Run("RSA 2048", func(b *testing.B) {
		for b.Loop() {
			_, _ = rsa.GenerateKey(rand.Reader, 2048)
		}
	})
}

func BenchmarkIssue(b *testing.B) {
	ca := roots(b).Cluster
	for b.Loop() {
		if _, _, err := serverLeaf.Issue(ca, now); err != nil {
			b.Fatal(err)
		}
	}
}
