// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

const (
	// backdate makes new certificates valid for servers whose clocks are a little late.
	backdate = 5 * time.Minute
	// serialBits is the length of serial numbers.
	serialBits = 127
)

// Authority signs client certificates. Certificates and Key are PEM, as Secrets of authorities have them: several certificates
// while authorities are rotated, of which the one that belongs to the key signs.
type Authority struct {
	Certificates, Key []byte
}

// certificate is a new client certificate and its key.
type certificate struct {
	crt, key []byte
	notAfter time.Time
	serial   *big.Int
}

// issue makes a client certificate. It does not outlive its authority. Errors quote neither keys nor certificates.
func (a Authority) issue(user, group string, validity time.Duration, now time.Time) (*certificate, error) {
	signer, key, err := a.parse()
	if err != nil {
		return nil, err
	}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
	if err != nil {
		return nil, fmt.Errorf("choose a serial number: %w", err)
	}
	now = now.UTC().Truncate(time.Second)
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: user, Organization: []string{group}},
		NotBefore:    now.Add(-backdate),
		NotAfter:     now.Add(validity),
		KeyUsage:     x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	if signer.NotAfter.Before(template.NotAfter) {
		template.NotAfter = signer.NotAfter
	}
	if !now.Before(template.NotAfter) {
		return nil, errors.New("the authority of the cluster has expired")
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, own.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return encode(own, der, signer, template)
}

func encode(own *ecdsa.PrivateKey, der []byte, signer, template *x509.Certificate) (*certificate, error) {
	keyDER, err := x509.MarshalECPrivateKey(own)
	if err != nil {
		return nil, fmt.Errorf("encode the key: %w", err)
	}
	out := &certificate{
		crt:      pem.EncodeToMemory(&pem.Block{Type: certutil.CertificateBlockType, Bytes: der}),
		key:      pem.EncodeToMemory(&pem.Block{Type: keyutil.ECPrivateKeyBlockType, Bytes: keyDER}),
		notAfter: template.NotAfter, serial: template.SerialNumber,
	}
	if !bytes.Equal(signer.RawIssuer, signer.RawSubject) { // Servers may trust the root alone.
		out.crt = append(out.crt, pem.EncodeToMemory(&pem.Block{Type: certutil.CertificateBlockType, Bytes: signer.Raw})...)
	}
	return out, nil
}

func (a Authority) parse() (*x509.Certificate, crypto.Signer, error) {
	parsed, err := keyutil.ParsePrivateKeyPEM(a.Key)
	if err != nil {
		return nil, nil, errors.New("the authority of the cluster has no key that can be read")
	}
	key, signs := parsed.(crypto.Signer)
	certificates, err := certutil.ParseCertsPEM(a.Certificates)
	if err != nil || !signs {
		return nil, nil, errors.New("the authority of the cluster cannot be read")
	}
	for _, c := range certificates {
		if public, compares := c.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); compares && public.Equal(key.Public()) {
			return c, key, nil
		}
	}
	return nil, nil, errors.New("the authority of the cluster has a key that belongs to none of its certificates")
}
