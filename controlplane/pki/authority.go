// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"time"

	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/cluster-api/util/certs"
)

const (
	// AuthorityValidity is the lifetime of a generated authority.
	AuthorityValidity = 10 * 365 * 24 * time.Hour

	// backdate makes new certificates valid for machines whose clocks are a little late.
	backdate = 5 * time.Minute

	replaceAuthority = "supply a CA certificate in tls.crt with its private key in tls.key, " +
		"or, before the control plane exists, delete the Secret so that one is generated"
)

// Authority is a certificate authority: one certificate that signs, and all that are trusted in its place.
type Authority struct {
	Name AuthorityName
	// Certificate belongs to Key. It signs new leaf certificates.
	Certificate *x509.Certificate
	Key         crypto.Signer
	// Bundle holds every trusted certificate, Certificate among them.
	Bundle []*x509.Certificate

	keyPEM []byte
}

// BundlePEM returns what those who trust this authority need.
func (a *Authority) BundlePEM() []byte {
	var bundle []byte
	for _, certificate := range a.Bundle {
		bundle = append(bundle, certs.EncodeCertPEM(certificate)...)
	}
	return bundle
}

// KeyPair returns what signers in other processes need. It holds the signing certificate alone: the
// controller-manager's signers refuse a file with more than one.
func (a *Authority) KeyPair() KeyPair {
	return KeyPair{Certificate: string(certs.EncodeCertPEM(a.Certificate)), Key: string(a.keyPEM)}
}

func (a *Authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	for _, certificate := range a.Bundle {
		pool.AddCert(certificate)
	}
	return pool
}

// selfSigned reports whether peers that trust the root of this authority need no intermediate certificate.
func (a *Authority) selfSigned() bool {
	return bytes.Equal(a.Certificate.RawIssuer, a.Certificate.RawSubject)
}

// generateAuthority returns the data of a new authority's Secret.
func generateAuthority(name AuthorityName, now time.Time) (map[string][]byte, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	serial, err := serialNumber()
	if err != nil {
		return nil, err
	}
	now = now.UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: fmt.Sprintf("kubernetes-%s-%d", name, now.Unix())},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(AuthorityValidity),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true, // It signs leafs, no further authorities.
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign authority %s: %w", name, err)
	}
	return encodePair(key, der)
}

// parseAuthority reads an authority from the data of its Secret.
func parseAuthority(name AuthorityName, data map[string][]byte, now time.Time) (*Authority, *RootError) {
	crtPEM, keyPEM := data[CertificateData], data[PrivateKeyData]
	if len(crtPEM) == 0 {
		return nil, invalid(replaceAuthority, "it has no %s", CertificateData)
	}
	if len(keyPEM) == 0 {
		return nil, invalid(replaceAuthority, "it has no %s, without which nothing can be signed", PrivateKeyData)
	}
	bundle, err := cert.ParseCertsPEM(crtPEM)
	if err != nil {
		return nil, invalid(replaceAuthority, "%s is not a PEM certificate: %v", CertificateData, err)
	}
	key, err := parseKey(keyPEM)
	if err != nil {
		return nil, invalid(replaceAuthority, "%s is not a PEM private key: %v", PrivateKeyData, err)
	}
	i := slices.IndexFunc(bundle, func(c *x509.Certificate) bool { return publicKeysEqual(c.PublicKey, key.Public()) })
	if i < 0 {
		return nil, invalid(replaceAuthority, "%s belongs to no certificate in %s", PrivateKeyData, CertificateData)
	}
	if problem := unfitToSign(bundle[i], now); problem != "" {
		return nil, invalid(replaceAuthority, "its certificate %s", problem)
	}
	for _, trusted := range bundle {
		if !trusted.IsCA {
			return nil, invalid(replaceAuthority, "certificate %q in %s is not a CA", trusted.Subject, CertificateData)
		}
	}
	return &Authority{Name: name, Certificate: bundle[i], Key: key, Bundle: bundle, keyPEM: keyPEM}, nil
}

// unfitToSign says why a certificate cannot sign leafs now; empty if it can.
func unfitToSign(c *x509.Certificate, now time.Time) string {
	switch {
	case !c.BasicConstraintsValid || !c.IsCA:
		return "is not a CA (basicConstraints CA:TRUE is missing)"
	case c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0:
		return "may not sign certificates (key usage keyCertSign is missing)"
	case now.After(c.NotAfter):
		return "expired at " + c.NotAfter.UTC().Format(time.RFC3339)
	case now.Before(c.NotBefore):
		return "is not valid before " + c.NotBefore.UTC().Format(time.RFC3339)
	}
	return ""
}

func newKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate ECDSA key: %w", err)
	}
	return key, nil
}

// serialNumber is random and positive, so that authorities of one name never issue the same number twice.
func serialNumber() (*big.Int, error) {
	limit := new(big.Int).Lsh(big.NewInt(1), 127)
	serial, err := rand.Int(rand.Reader, limit)
	if err != nil {
		return nil, fmt.Errorf("generate serial number: %w", err)
	}
	return serial.Add(serial, big.NewInt(1)), nil
}
