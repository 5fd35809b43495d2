// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"maps"
	"math/big"
	"sync"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// generated returns the data of all root Secrets of the Cluster "c", made at the time now.
func generated(t testing.TB) map[string]map[string][]byte {
	t.Helper()
	secrets := map[string]map[string][]byte{}
	for _, name := range RootNames() {
		data, err := GenerateRoot(name, now)
		if err != nil {
			t.Fatal(err)
		}
		secrets[name.SecretName("c")] = data
	}
	return secrets
}

func roots(t testing.TB) *Roots {
	t.Helper()
	parsed, err := ParseRoots("c", generated(t), now)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// userCA is a certificate authority as users bring them: RSA, with a change to the certificate.
type userCA struct {
	crt *x509.Certificate
	key crypto.Signer
	pem map[string][]byte
}

// generating RSA keys is slow, and no test depends on two of them being different.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newUserCA(t testing.TB, parent *userCA, change func(*x509.Certificate)) *userCA {
	t.Helper()
	g := NewWithT(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Root"},
		NotBefore: now.Add(-day), NotAfter: now.Add(1000 * day),
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	if change != nil {
		change(template)
	}
	var key crypto.Signer = rsaKey()
	issuer, signer := template, key
	if parent != nil {
		ownKey, err := newKey()
		g.Expect(err).NotTo(HaveOccurred())
		key, issuer, signer = ownKey, parent.crt, parent.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), signer)
	g.Expect(err).NotTo(HaveOccurred())
	crt, err := x509.ParseCertificate(der)
	g.Expect(err).NotTo(HaveOccurred())
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	g.Expect(err).NotTo(HaveOccurred())
	return &userCA{crt: crt, key: key, pem: map[string][]byte{
		CertificateData: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		PrivateKeyData:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
	}}
}

func with(data map[string][]byte, key string, value []byte) map[string][]byte {
	changed := maps.Clone(data)
	changed[key] = value
	return changed
}

func without(data map[string][]byte, key string) map[string][]byte {
	changed := maps.Clone(data)
	delete(changed, key)
	return changed
}

func mustParse(t testing.TB, data map[string][]byte) *Authority {
	t.Helper()
	ca, problem := parseAuthority(ClusterCA, data, now)
	if problem != nil {
		t.Fatal(problem)
	}
	return ca
}

func concat(texts ...[]byte) []byte {
	var all []byte
	for _, text := range texts {
		all = append(all, text...)
	}
	return all
}
