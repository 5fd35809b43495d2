// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"crypto/rand"
	"crypto/x509"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestNeedsRenewal(t *testing.T) {
	ca := roots(t).Cluster
	existing := data(t, serverLeaf, ca, now)
	root := newUserCA(t, nil, nil)
	intermediate := mustParse(t, newUserCA(t, root, func(c *x509.Certificate) { c.Subject.CommonName = "Example Intermediate" }).pem)
	shortCA := mustParse(t, newUserCA(t, nil, func(c *x509.Certificate) { c.NotAfter = now.Add(30 * day) }).pem)
	trustingMore := *ca
	trustingMore.Bundle = append(trustingMore.Bundle, root.crt)

	cases := map[string]struct {
		existing map[string][]byte // nil: the certificate of serverLeaf
		ca       *Authority        // nil: the authority that issued it
		change   func(*Leaf)
		after    time.Duration
		want     string // empty: not renewed
	}{
		"a fresh certificate is kept":                           {},
		"a certificate with over a third of its life is kept":   {after: 59 * day},
		"a certificate with under a third of its life is not":   {after: 61 * day, want: "it expires at 2026-05-30T12:00:00Z"},
		"an expired certificate is renewed":                     {after: 91 * day, want: "it expired at"},
		"a certificate of the future is renewed":                {after: -time.Hour, want: "it is not valid before"},
		"a missing certificate is issued":                       {existing: map[string][]byte{}, want: "is missing"},
		"a certificate without its key is renewed":              {existing: without(existing, PrivateKeyData), want: "is missing"},
		"a damaged certificate is renewed":                      {existing: with(existing, CertificateData, []byte("x")), want: "cannot be used"},
		"a certificate with another one's key is renewed":       {existing: with(existing, PrivateKeyData, data(t, serverLeaf, ca, now)[PrivateKeyData]), want: "cannot be used"},
		"a certificate of another authority is renewed":         {ca: roots(t).Cluster, want: "signing certificate of authority ca changed"},
		"trusting one more authority renews nothing":            {ca: &trustingMore},
		"another common name renews":                            {change: func(l *Leaf) { l.CommonName = "x" }, want: `the common name changes from "kube-apiserver" to "x"`},
		"another organization renews":                           {change: func(l *Leaf) { l.Organizations = []string{"x"} }, want: "the organizations change"},
		"another DNS name renews":                               {change: func(l *Leaf) { l.DNSNames = append([]string{"x"}, l.DNSNames...) }, want: "the DNS names change"},
		"one DNS name less renews":                              {change: func(l *Leaf) { l.DNSNames = l.DNSNames[:1] }, want: "the DNS names change"},
		"another IP address renews":                             {change: func(l *Leaf) { l.IPAddresses = []string{"10.0.0.2"} }, want: "the IP addresses change"},
		"an IP address that is none lets Issue report it":       {change: func(l *Leaf) { l.IPAddresses = []string{"x"} }, want: `IP address "x"`},
		"another usage renews":                                  {change: func(l *Leaf) { l.ClientAuth = true }, want: "the usages change"},
		"a shorter lifetime renews":                             {change: func(l *Leaf) { l.Validity = 30 * day }, want: "issued for longer than 720h"},
		"a longer lifetime waits for the next renewal":          {change: func(l *Leaf) { l.Validity = 365 * day }},
		"names in another order change nothing":                 {change: func(l *Leaf) { l.DNSNames = []string{"api.example.com", "kubernetes.default.svc"} }},
		"an IP address in another notation changes nothing":     {change: func(l *Leaf) { l.IPAddresses = []string{"fd00:0::1", "::ffff:10.0.0.1"} }},
		"a certificate with its intermediate is kept":           {existing: data(t, serverLeaf, intermediate, now), ca: intermediate},
		"a certificate that ends with its authority is kept":    {existing: data(t, serverLeaf, shortCA, now), ca: shortCA, after: 29 * day},
		"a certificate that lacks its intermediate is replaced": {existing: leafOnly(t, intermediate), ca: intermediate, want: "is not sent along"},
		"an authority renewed with the same key under another name renews": {
			ca: renamed(t, ca), want: "signing certificate of authority ca changed",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			leaf, authority, current := serverLeaf, c.ca, c.existing
			if c.change != nil {
				c.change(&leaf)
			}
			if authority == nil {
				authority = ca
			}
			if current == nil {
				current = existing
			}
			reason, renew := leaf.NeedsRenewal(current, authority, now.Add(c.after))
			g.Expect(renew).To(Equal(c.want != ""), reason)
			g.Expect(reason).To(ContainSubstring(c.want))
		})
	}
}

func TestRenew(t *testing.T) {
	g := NewWithT(t)
	r := roots(t)

	first, reason, err := serverLeaf.Renew(nil, r, now)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(reason).To(ContainSubstring("missing"))

	second, reason, err := serverLeaf.Renew(with(first, "ca.crt", nil), r, now.Add(day))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(reason).To(BeEmpty())
	g.Expect(second).To(Equal(first), "a good certificate stays")

	third, reason, err := serverLeaf.Renew(second, r, now.Add(80*day))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(reason).To(ContainSubstring("expires at"))
	g.Expect(third[PrivateKeyData]).NotTo(Equal(first[PrivateKeyData]))
	_, again := serverLeaf.NeedsRenewal(third, r.Cluster, now.Add(80*day))
	g.Expect(again).To(BeFalse(), "a renewed certificate is not renewed again at once")

	_, _, err = Leaf{SecretName: "x", Authority: "nobody"}.Renew(nil, r, now)
	g.Expect(err).To(MatchError(ContainSubstring(`no authority "nobody"`)))
}

func TestRenewalSettlesAsTheAuthorityEnds(t *testing.T) {
	g := NewWithT(t)
	ca := mustParse(t, newUserCA(t, nil, func(c *x509.Certificate) { c.NotAfter = now.Add(100 * day) }).pem)
	existing, issued := data(t, serverLeaf, ca, now), 1
	for at := now; at.Before(now.Add(100 * day)); at = at.Add(6 * time.Hour) {
		if _, renew := serverLeaf.NeedsRenewal(existing, ca, at); renew {
			existing = data(t, serverLeaf, ca, at)
			issued++
		}
	}
	g.Expect(issued).To(Equal(2))
}

func TestExpiries(t *testing.T) {
	g := NewWithT(t)
	r := roots(t)
	long := clientLeaf
	long.Validity = 365 * day
	expiries, err := Expiries(map[string][]byte{
		"scheduler": data(t, long, r.Client, now)[CertificateData],
		"server":    data(t, serverLeaf, r.Cluster, now)[CertificateData],
		"b-server":  data(t, serverLeaf, r.Cluster, now)[CertificateData],
	})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(expiries).To(HaveLen(3))
	g.Expect(expiries[0].Name).To(Equal("b-server"), "names decide where times are equal")
	g.Expect(expiries[0].NotAfter).To(Equal(now.Add(90 * day)))
	g.Expect(expiries[0].RenewAt).To(BeTemporally("~", now.Add(60*day), backdate))
	g.Expect(expiries[2].Name).To(Equal("scheduler"))

	g.Expect(r.Expiries()).To(HaveLen(6))
	g.Expect(r.Expiries()[0].NotAfter).To(Equal(now.Add(AuthorityValidity)))

	_, err = Expiries(map[string][]byte{"broken": []byte("x")})
	g.Expect(err).To(MatchError(ContainSubstring("read certificate broken")))
}

func data(t testing.TB, leaf Leaf, ca *Authority, at time.Time) map[string][]byte {
	t.Helper()
	crt, key, err := leaf.Issue(ca, at)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{CertificateData: crt, PrivateKeyData: key}
}

// leafOnly is a certificate whose intermediate authority is missing from tls.crt.
func leafOnly(t testing.TB, ca *Authority) map[string][]byte {
	t.Helper()
	full := data(t, serverLeaf, ca, now)
	intermediate := len(ca.KeyPair().Certificate)
	return with(full, CertificateData, full[CertificateData][:len(full[CertificateData])-intermediate])
}

// renamed is an authority with the same key and another subject.
func renamed(t testing.TB, ca *Authority) *Authority {
	t.Helper()
	template := *ca.Certificate
	template.RawSubject = nil
	template.Subject.CommonName = "renamed"
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, ca.Key.Public(), ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	crt, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Authority{Name: ca.Name, Certificate: crt, Key: ca.Key, Bundle: []*x509.Certificate{crt}}
}
