// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"slices"
	"time"
)

// renewal is the share of its lifetime that a certificate must have left: one part in so many.
type renewal int

const (
	leafRenewal       renewal = 3
	kubeconfigRenewal renewal = 2
)

// at returns when a certificate has only its share left.
func (r renewal) at(c *x509.Certificate) time.Time {
	return c.NotAfter.Add(-c.NotAfter.Sub(c.NotBefore) / time.Duration(r))
}

// NeedsRenewal reports whether the certificate in the leaf's Secret must be replaced, and why: it is missing or
// damaged, its authority changed, it says something else than the leaf, or less than a third of its lifetime
// remains. A certificate that ends with its authority is not renewed for its age, because a new one would end at
// the same time.
func (l Leaf) NeedsRenewal(existing map[string][]byte, ca *Authority, now time.Time) (reason string, renew bool) {
	reason = l.renewalReason(existing, ca, now, leafRenewal)
	return reason, reason != ""
}

func (l Leaf) renewalReason(existing map[string][]byte, ca *Authority, now time.Time, share renewal) string {
	crtPEM, keyPEM := existing[CertificateData], existing[PrivateKeyData]
	if len(crtPEM) == 0 || len(keyPEM) == 0 {
		return "the certificate or its key is missing"
	}
	pair, err := tls.X509KeyPair(crtPEM, keyPEM)
	if err != nil {
		return fmt.Sprintf("the certificate cannot be used: %v", err)
	}
	if !issued(pair.Leaf, ca.Certificate) {
		return fmt.Sprintf("the signing certificate of authority %s changed", ca.Name)
	}
	if !ca.selfSigned() && (len(pair.Certificate) < 2 || !bytes.Equal(pair.Certificate[1], ca.Certificate.Raw)) {
		return fmt.Sprintf("the certificate of intermediate authority %s is not sent along", ca.Name)
	}
	if difference := l.difference(pair.Leaf); difference != "" {
		return difference
	}
	return l.ageReason(pair.Leaf, ca, now, share)
}

// issued reports whether a leaf was signed by an authority's certificate and still leads to it. The names count
// too: an authority renewed under another name keeps its key, but nobody finds it from the leaf.
func issued(leaf, ca *x509.Certificate) bool {
	return bytes.Equal(leaf.RawIssuer, ca.RawSubject) &&
		bytes.Equal(leaf.AuthorityKeyId, ca.SubjectKeyId) &&
		leaf.CheckSignatureFrom(ca) == nil
}

// difference names the first property in which a certificate is not what the leaf asks for.
func (l Leaf) difference(c *x509.Certificate) string {
	ips, err := l.ips()
	if err != nil {
		return err.Error() // Issue fails with the same error and thereby reports it.
	}
	switch {
	case c.Subject.CommonName != l.CommonName:
		return fmt.Sprintf("the common name changes from %q to %q", c.Subject.CommonName, l.CommonName)
	case !slices.Equal(sorted(c.Subject.Organization), sorted(l.Organizations)):
		return fmt.Sprintf("the organizations change from %q to %q", c.Subject.Organization, l.Organizations)
	case !slices.Equal(sorted(c.DNSNames), sorted(l.DNSNames)):
		return fmt.Sprintf("the DNS names change from %q to %q", c.DNSNames, l.DNSNames)
	case !slices.Equal(ipSet(c.IPAddresses), ipSet(ips)):
		return fmt.Sprintf("the IP addresses change from %q to %q", c.IPAddresses, ips)
	case !slices.Equal(c.ExtKeyUsage, l.usages()):
		return "the usages change"
	}
	return ""
}

func (l Leaf) ageReason(c *x509.Certificate, ca *Authority, now time.Time, share renewal) string {
	switch {
	case now.Before(c.NotBefore):
		return fmt.Sprintf("it is not valid before %s", c.NotBefore.UTC().Format(time.RFC3339))
	case c.NotAfter.Sub(c.NotBefore) > l.validity()+backdate:
		return fmt.Sprintf("it was issued for longer than %s", l.validity())
	case !c.NotAfter.Before(ca.Certificate.NotAfter):
		return ""
	case now.After(c.NotAfter):
		return fmt.Sprintf("it expired at %s", c.NotAfter.UTC().Format(time.RFC3339))
	case now.After(share.at(c)):
		return fmt.Sprintf("it expires at %s", c.NotAfter.UTC().Format(time.RFC3339))
	}
	return ""
}

func ipSet(ips []net.IP) []string {
	texts := make([]string, 0, len(ips))
	for _, ip := range ips {
		texts = append(texts, ip.String())
	}
	return sorted(texts)
}
