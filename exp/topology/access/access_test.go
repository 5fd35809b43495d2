// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/tools/clientcmd"
	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
	"k8s.io/utils/ptr"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// TestExpiration has the rules of Gardener's section on access to clusters: 3600 by default, at least 600, at most 2^32, and silently
// not more than the server allows.
func TestExpiration(t *testing.T) {
	cases := map[string]struct {
		seconds *int64
		maximum time.Duration
		want    time.Duration
		refused string
	}{
		"an hour if nothing is said":                   {nil, 24 * time.Hour, time.Hour, ""},
		"what is asked for":                            {ptr.To[int64](7200), 24 * time.Hour, 2 * time.Hour, ""},
		"ten minutes are the least":                    {ptr.To[int64](600), 24 * time.Hour, 10 * time.Minute, ""},
		"less is refused":                              {ptr.To[int64](599), 24 * time.Hour, 0, "must be at least 600"},
		"nothing is refused":                           {ptr.To[int64](0), 24 * time.Hour, 0, "must be at least 600"},
		"less than nothing is refused":                 {ptr.To[int64](-1), 24 * time.Hour, 0, "must be at least 600"},
		"more than the maximum gets the maximum":       {ptr.To[int64](86401), 24 * time.Hour, 24 * time.Hour, ""},
		"the default is cut as well":                   {nil, 30 * time.Minute, 30 * time.Minute, ""},
		"the largest number gets the maximum":          {ptr.To[int64](1 << 32), 24 * time.Hour, 24 * time.Hour, ""},
		"a larger one is refused":                      {ptr.To[int64](1<<32 + 1), 24 * time.Hour, 0, "must not be more than 2^32"},
		"without a maximum there is what is asked for": {ptr.To[int64](1 << 32), 0, (1 << 32) * time.Second, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			got, refused := Expiration(c.seconds, c.maximum)
			g.Expect(got).To(Equal(c.want))
			if c.refused == "" {
				g.Expect(refused).To(BeEmpty())
				return
			}
			g.Expect(refused.ToAggregate()).To(MatchError(And(ContainSubstring("spec.expirationSeconds"), ContainSubstring(c.refused))))
		})
	}
}

// authority is one with a key, until some time, signed by a parent or by itself.
func authority(t *testing.T, name string, notAfter time.Time, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (Authority, *x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	g := NewWithT(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	g.Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{
		SerialNumber: big.NewInt(noon.Unix()), Subject: pkix.Name{CommonName: name}, NotBefore: noon.Add(-time.Hour), NotAfter: notAfter,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	g.Expect(err).NotTo(HaveOccurred())
	parsed, err := x509.ParseCertificate(der)
	g.Expect(err).NotTo(HaveOccurred())
	keyPEM, err := keyutil.MarshalPrivateKeyToPEM(key)
	g.Expect(err).NotTo(HaveOccurred())
	return Authority{Certificates: encodeCertificates(parsed), Key: keyPEM}, parsed, key
}

func encodeCertificates(certificates ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range certificates {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: certutil.CertificateBlockType, Bytes: c.Raw})...)
	}
	return out
}

func issuance(ca Authority) Issuance {
	shoot := &gardencorev1beta1.Shoot{}
	shoot.Namespace, shoot.Name = "garden-p", "alpha"
	shoot.Status.AdvertisedAddresses = []gardencorev1beta1.ShootAdvertisedAddress{
		{Name: "service-account-issuer", URL: "https://issuer"}, {Name: "external", URL: "https://api.alpha"},
		{Name: "internal", URL: "https://10.0.0.1:6443"}, {Name: "wildcard-tls-seed-bound", URL: "https://seed"},
	}
	return Issuance{Shoot: shoot, Role: Admin, User: "ann", Validity: time.Hour, ClientAuthority: ca, ServingBundle: []byte("serving"), Now: noon}
}

// clientCertificates are those of the only user of a kubeconfig.
func clientCertificates(g Gomega, kubeconfig []byte) []*x509.Certificate {
	config, err := clientcmd.Load(kubeconfig)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(config.AuthInfos).To(HaveLen(1))
	certificates, err := certutil.ParseCertsPEM(config.AuthInfos["garden-p--alpha"].ClientCertificateData)
	g.Expect(err).NotTo(HaveOccurred())
	return certificates
}

// TestUsersAndGroups has Gardener's names: operators of the whole landscape are in other groups than members of a project.
func TestUsersAndGroups(t *testing.T) {
	ca, root, _ := authority(t, "clients", noon.Add(24*time.Hour), nil, nil)
	cases := map[string]struct {
		role        Role
		operator    bool
		user, group string
	}{
		"a member is a project's administrator": {Admin, false, "gardener.cloud:admin:ann", "gardener.cloud:project:admins"},
		"an operator is an administrator":       {Admin, true, "gardener.cloud:admin:ann", "gardener.cloud:system:admins"},
		"a member is a project's viewer":        {Viewer, false, "gardener.cloud:viewer:ann", "gardener.cloud:project:viewers"},
		"an operator is a viewer":               {Viewer, true, "gardener.cloud:viewer:ann", "gardener.cloud:system:viewers"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			in := issuance(ca)
			in.Role, in.Operator = c.role, c.operator
			issued, err := Issue(in)
			g.Expect(err).NotTo(HaveOccurred())
			certificate := clientCertificates(g, issued.Content)[0]
			g.Expect(certificate.Subject.CommonName).To(Equal(c.user))
			g.Expect(certificate.Subject.Organization).To(Equal([]string{c.group}))
			g.Expect(certificate.NotAfter).To(Equal(noon.Add(time.Hour)))
			g.Expect(issued.NotAfter).To(Equal(certificate.NotAfter))
			g.Expect(issued.Serial).To(Equal(certificate.SerialNumber.Text(16)))
			pool := x509.NewCertPool()
			pool.AddCert(root)
			_, err = certificate.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: noon, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
			g.Expect(err).NotTo(HaveOccurred())
			_, err = certificate.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: noon, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
			g.Expect(err).To(HaveOccurred(), "it is for clients alone")
		})
	}
}

func TestAKubeconfigHasAContextForEachAddressOfTheAPIServer(t *testing.T) {
	g := NewWithT(t)
	ca, _, _ := authority(t, "clients", noon.Add(24*time.Hour), nil, nil)
	issued, err := Issue(issuance(ca))
	g.Expect(err).NotTo(HaveOccurred())
	config, err := clientcmd.Load(issued.Content)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(config.CurrentContext).To(Equal("garden-p--alpha-external"))
	g.Expect(config.Contexts).To(HaveLen(3), "the issuer of tokens is no API server")
	g.Expect(config.Clusters["garden-p--alpha-internal"].Server).To(Equal("https://10.0.0.1:6443"))
	g.Expect(config.Clusters["garden-p--alpha-internal"].CertificateAuthorityData).To(BeEquivalentTo("serving"))
	g.Expect(config.Clusters["garden-p--alpha-wildcard-tls-seed-bound"].CertificateAuthorityData).To(BeEmpty())
}

func TestWhichAuthoritySigns(t *testing.T) {
	old, oldCertificate, _ := authority(t, "old", noon.Add(time.Minute), nil, nil)
	next, nextCertificate, nextKey := authority(t, "new", noon.Add(24*time.Hour), nil, nil)
	between, _, _ := authority(t, "between", noon.Add(time.Hour), nextCertificate, nextKey)
	expired, _, _ := authority(t, "expired", noon, nil, nil)
	cases := map[string]struct {
		ca       Authority
		notAfter time.Time
		chain    int
		problem  string
	}{
		"during a rotation the one with the key signs": {Authority{Certificates: encodeCertificates(oldCertificate, nextCertificate), Key: next.Key}, noon.Add(2 * time.Hour), 1, ""},
		"a certificate does not outlive its authority": {old, noon.Add(time.Minute), 1, ""},
		"one between is sent along":                    {between, noon.Add(time.Hour), 2, ""},
		"an expired one does not sign":                 {expired, time.Time{}, 0, "has expired"},
		"a key of another one does not sign":           {Authority{Certificates: old.Certificates, Key: next.Key}, time.Time{}, 0, "belongs to none of its certificates"},
		"what is no key is not quoted":                 {Authority{Certificates: old.Certificates, Key: []byte("secret")}, time.Time{}, 0, "no key that can be read"},
		"what is no certificate is not quoted":         {Authority{Certificates: []byte("secret"), Key: next.Key}, time.Time{}, 0, "cannot be read"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			in := issuance(c.ca)
			in.Validity = 2 * time.Hour
			issued, err := Issue(in)
			if c.problem != "" {
				g.Expect(err).To(MatchError(And(ContainSubstring(c.problem), Not(ContainSubstring("secret")))))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(issued.NotAfter).To(Equal(c.notAfter))
			g.Expect(clientCertificates(g, issued.Content)).To(HaveLen(c.chain))
		})
	}
}
