// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"sigs.k8s.io/cluster-api/util/certs"
)

// LeafValidity is the lifetime of a leaf certificate that does not ask for another one.
const LeafValidity = 90 * 24 * time.Hour

// Leaf describes a certificate that is wanted in the seed namespace. It is plain data.
type Leaf struct {
	// SecretName is the Secret (type kubernetes.io/tls) that holds the certificate. It never changes.
	SecretName string        `json:"secretName"`
	Authority  AuthorityName `json:"authority"`
	// CommonName is the user name of a client certificate. Required.
	CommonName string `json:"commonName"`
	// Organizations are the groups of a client certificate.
	Organizations []string `json:"organizations,omitempty"`
	// DNSNames and IPAddresses are where a server is reached; a server needs at least one.
	DNSNames    []string `json:"dnsNames,omitempty"`
	IPAddresses []string `json:"ipAddresses,omitempty"`
	ServerAuth  bool     `json:"serverAuth,omitempty"`
	ClientAuth  bool     `json:"clientAuth,omitempty"`
	// Validity is the lifetime of the certificate. If absent, LeafValidity. It never exceeds its authority's.
	Validity time.Duration `json:"validity,omitempty"`
	// ReadOnce says that the process that uses the certificate does not read it again, so that its pods are replaced
	// when it is renewed.
	ReadOnce bool `json:"readOnce,omitempty"`
}

// Issue returns a new certificate and its new key, both PEM. It fails if the leaf is incomplete, or if the result
// would not be accepted by those who trust the authority, for example because a user-supplied authority is
// constrained to other names or usages.
func (l Leaf) Issue(ca *Authority, now time.Time) (crt, key []byte, err error) {
	template, err := l.template(ca, now)
	if err != nil {
		return nil, nil, fmt.Errorf("issue certificate %s: %w", l.SecretName, err)
	}
	signer, err := newKey()
	if err != nil {
		return nil, nil, fmt.Errorf("issue certificate %s: %w", l.SecretName, err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.Certificate, signer.Public(), ca.Key)
	if err != nil {
		return nil, nil, fmt.Errorf("issue certificate %s: %w", l.SecretName, err)
	}
	if err := verify(der, ca, template.ExtKeyUsage, now); err != nil {
		return nil, nil, fmt.Errorf("issue certificate %s: authority %s cannot vouch for it: %w", l.SecretName, ca.Name, err)
	}
	data, err := encodePair(signer, der)
	if err != nil {
		return nil, nil, fmt.Errorf("issue certificate %s: %w", l.SecretName, err)
	}
	crt, key = data[CertificateData], data[PrivateKeyData]
	if !ca.selfSigned() {
		crt = append(crt, certs.EncodeCertPEM(ca.Certificate)...)
	}
	return crt, key, nil
}

// Renew returns the data the leaf's Secret should hold: the existing certificate while it is good, else a new one
// and the reason for it.
func (l Leaf) Renew(existing map[string][]byte, roots *Roots, now time.Time) (data map[string][]byte, reason string, err error) {
	ca, err := roots.Authority(l.Authority)
	if err != nil {
		return nil, "", fmt.Errorf("issue certificate %s: %w", l.SecretName, err)
	}
	reason, renew := l.NeedsRenewal(existing, ca, now)
	if !renew {
		return map[string][]byte{
			CertificateData: existing[CertificateData],
			PrivateKeyData:  existing[PrivateKeyData],
		}, "", nil
	}
	crt, key, err := l.Issue(ca, now)
	if err != nil {
		return nil, reason, err
	}
	return map[string][]byte{CertificateData: crt, PrivateKeyData: key}, reason, nil
}

func (l Leaf) template(ca *Authority, now time.Time) (*x509.Certificate, error) {
	if l.CommonName == "" {
		return nil, errors.New("it has no common name")
	}
	if !l.ServerAuth && !l.ClientAuth {
		return nil, errors.New("it is neither for a server nor for a client")
	}
	if l.ServerAuth && len(l.DNSNames)+len(l.IPAddresses) == 0 {
		return nil, errors.New("a server's certificate needs a DNS name or an IP address")
	}
	ips, err := l.ips()
	if err != nil {
		return nil, err
	}
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	now = now.UTC().Truncate(time.Second)
	return &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: l.CommonName, Organization: sorted(l.Organizations)},
		DNSNames:              sorted(l.DNSNames),
		IPAddresses:           ips,
		NotBefore:             latest(now.Add(-backdate), ca.Certificate.NotBefore),
		NotAfter:              earliest(now.Add(l.validity()), ca.Certificate.NotAfter),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           l.usages(),
		BasicConstraintsValid: true,
	}, nil
}

// verify checks a new certificate the way its peers will.
func verify(der []byte, ca *Authority, usages []x509.ExtKeyUsage, now time.Time) error {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	for _, usage := range usages {
		_, err := certificate.Verify(x509.VerifyOptions{
			Roots: ca.pool(), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (l Leaf) validity() time.Duration {
	if l.Validity > 0 {
		return l.Validity
	}
	return LeafValidity
}

func (l Leaf) usages() []x509.ExtKeyUsage {
	var usages []x509.ExtKeyUsage
	if l.ServerAuth {
		usages = append(usages, x509.ExtKeyUsageServerAuth)
	}
	if l.ClientAuth {
		usages = append(usages, x509.ExtKeyUsageClientAuth)
	}
	return usages
}

func (l Leaf) ips() ([]net.IP, error) {
	var ips []net.IP
	for _, text := range sorted(l.IPAddresses) {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return nil, fmt.Errorf("IP address %q: %w", text, err)
		}
		ips = append(ips, address.Unmap().AsSlice())
	}
	return ips, nil
}

// sorted returns the set of values in a fixed order: the order in which names were collected has no meaning.
func sorted(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
