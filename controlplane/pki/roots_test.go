// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

func TestRootSecretNames(t *testing.T) {
	g := NewWithT(t)
	g.Expect(RootSecretNames("c")).To(ConsistOf("c-ca", "c-ca-client", "c-etcd", "c-ca-etcd-peer", "c-proxy",
		"c-ca-kubelet", "c-sa", "c-encryption", "c-health-check"))
}

func TestGeneratedRootsCanBeParsed(t *testing.T) {
	g := NewWithT(t)
	r := roots(t)

	for _, name := range AuthorityNames() {
		ca, err := r.Authority(name)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(ca.Certificate.NotAfter).To(Equal(now.Add(AuthorityValidity)))
		g.Expect(ca.Certificate.NotBefore).To(BeTemporally("<", now))
		g.Expect(r.Bundles()).To(HaveKeyWithValue(name, ca.KeyPair().Certificate))
		g.Expect(ca.KeyPair().Key).To(ContainSubstring("EC PRIVATE KEY"))
	}
	g.Expect(r.Encryption).To(HaveLen(1))
	g.Expect(r.Encryption[0].Name).To(Equal("key1772366400"))
	g.Expect(r.Encryption[0].Provider).To(Equal(AESCBC))
	g.Expect(r.HealthCheckToken).To(HaveLen(64))
	g.Expect(r.ServiceAccount.Certificate).To(ContainSubstring("PUBLIC KEY"))

	_, err := r.Authority(HealthCheck)
	g.Expect(err).To(HaveOccurred())
	_, err = GenerateRoot("nonsense", now)
	g.Expect(err).To(HaveOccurred())
}

func TestSuppliedAuthority(t *testing.T) {
	good := newUserCA(t, nil, nil)
	generatedCA, err := GenerateRoot(ClusterCA, now)
	if err != nil {
		t.Fatal(err)
	}
	intermediate := newUserCA(t, good, func(c *x509.Certificate) { c.Subject.CommonName = "Example Intermediate" })
	parameters := []byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n")

	cases := map[string]struct {
		data        map[string][]byte
		wantProblem string // empty: accepted
		wantBundle  int
	}{
		"an RSA authority is accepted": {data: good.pem, wantBundle: 1},
		"a bundle of two authorities is accepted, whichever of them signs": {
			data:       with(good.pem, CertificateData, concat(generatedCA[CertificateData], good.pem[CertificateData])),
			wantBundle: 2,
		},
		"an intermediate authority with its root is accepted": {
			data:       with(intermediate.pem, CertificateData, concat(intermediate.pem[CertificateData], good.pem[CertificateData])),
			wantBundle: 2,
		},
		"parameters before an elliptic key are skipped": {
			data:       with(generatedCA, PrivateKeyData, concat(parameters, generatedCA[PrivateKeyData])),
			wantBundle: 1,
		},
		"data keys of other tools are ignored": {data: with(good.pem, "ca.crt", []byte("x")), wantBundle: 1},

		"a missing certificate is refused": {data: without(good.pem, CertificateData), wantProblem: "it has no tls.crt"},
		"a missing key is refused":         {data: without(good.pem, PrivateKeyData), wantProblem: "it has no tls.key"},
		"text that is no certificate is refused": {
			data: with(good.pem, CertificateData, []byte("hello")), wantProblem: "tls.crt is not a PEM certificate",
		},
		"text that is no key is refused": {
			data: with(good.pem, PrivateKeyData, []byte("hello")), wantProblem: "tls.key is not a PEM private key",
		},
		"the key of another authority is refused": {
			data:        with(good.pem, PrivateKeyData, generatedCA[PrivateKeyData]),
			wantProblem: "tls.key belongs to no certificate in tls.crt",
		},
		"a certificate that is not a CA is refused": {
			data:        newUserCA(t, nil, func(c *x509.Certificate) { c.IsCA = false }).pem,
			wantProblem: "is not a CA",
		},
		"a CA that may not sign certificates is refused": {
			data:        newUserCA(t, nil, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }).pem,
			wantProblem: "may not sign certificates",
		},
		"an expired CA is refused": {
			data:        newUserCA(t, nil, func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Hour) }).pem,
			wantProblem: "expired at 2026-03-01T11:00:00Z",
		},
		"a CA of the future is refused": {
			data:        newUserCA(t, nil, func(c *x509.Certificate) { c.NotBefore = now.Add(time.Hour) }).pem,
			wantProblem: "is not valid before 2026-03-01T13:00:00Z",
		},
		"a bundle with a certificate that is not a CA is refused": {
			data: with(good.pem, CertificateData, concat(good.pem[CertificateData],
				newUserCA(t, good, func(c *x509.Certificate) { c.IsCA = false; c.Subject.CommonName = "leaf" }).pem[CertificateData])),
			wantProblem: `certificate "CN=leaf" in tls.crt is not a CA`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			secrets := generated(t)
			secrets["c-ca-client"] = c.data
			r, err := ParseRoots("c", secrets, now)
			if c.wantProblem == "" {
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(r.Client.Bundle).To(HaveLen(c.wantBundle))
				g.Expect(publicKeysEqual(r.Client.Certificate.PublicKey, r.Client.Key.Public())).To(BeTrue())
				return
			}
			expectRootError(g, err, "c-ca-client", RootInvalid, c.wantProblem)
		})
	}
}

func TestOtherSuppliedRoots(t *testing.T) {
	sa, err := GenerateRoot(ServiceAccountKey, now)
	if err != nil {
		t.Fatal(err)
	}
	oldSA, err := GenerateRoot(ServiceAccountKey, now)
	if err != nil {
		t.Fatal(err)
	}
	keys := func(text string) map[string][]byte { return map[string][]byte{EncryptionData: []byte(text)} }
	bytes32 := "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	token := func(text string) map[string][]byte { return map[string][]byte{TokenData: []byte(text)} }

	cases := map[string]struct {
		root        RootName
		data        map[string][]byte
		wantProblem string // empty: accepted
	}{
		"public keys of predecessors still verify tokens": {
			root: ServiceAccountKey, data: with(sa, CertificateData, concat(oldSA[CertificateData], sa[CertificateData])),
		},
		"a certificate may stand in for the public key": {root: ServiceAccountKey, data: newUserCA(t, nil, nil).pem},
		"a service-account key without its public key is refused": {
			root: ServiceAccountKey, data: with(sa, CertificateData, oldSA[CertificateData]),
			wantProblem: "tls.key belongs to no public key in tls.crt",
		},
		"a service-account Secret without a private key is refused": {
			root: ServiceAccountKey, data: without(sa, PrivateKeyData), wantProblem: "tls.key is not a PEM private key",
		},
		"a service-account Secret without public keys is refused": {
			root: ServiceAccountKey, data: without(sa, CertificateData), wantProblem: "tls.crt holds no PEM public key",
		},
		"an Ed25519 service-account key is refused, as the API server would": {
			root: ServiceAccountKey, data: with(sa, PrivateKeyData, ed25519PEM(t)), wantProblem: "cannot sign tokens",
		},

		"several encryption keys are accepted": {
			root: EncryptionKeys,
			data: keys("- {name: key2, provider: secretbox, secret: " + bytes32 + "}\n- {name: key1, provider: aescbc, secret: " + bytes32 + "}"),
		},
		"an empty list of encryption keys is refused": {root: EncryptionKeys, data: keys("[]"), wantProblem: "holds no key"},
		"a Secret without encryption keys is refused": {root: EncryptionKeys, data: nil, wantProblem: "holds no key"},
		"encryption keys that are not a list are refused": {
			root: EncryptionKeys, data: keys("name: key1"), wantProblem: "is not a YAML list of keys",
		},
		"misspelt fields of an encryption key are refused": {
			root: EncryptionKeys, data: keys("- {nmae: key1}"), wantProblem: "is not a YAML list of keys",
		},
		"an encryption key with a colon in its name is refused": {
			root: EncryptionKeys, data: keys("- {name: 'a:b', provider: aescbc, secret: " + bytes32 + "}"), wantProblem: "no proper name",
		},
		"two encryption keys of one name are refused": {
			root:        EncryptionKeys,
			data:        keys("- &k {name: a, provider: aescbc, secret: " + bytes32 + "}\n- *k"),
			wantProblem: "two keys are named a",
		},
		"an unknown encryption provider is refused": {
			root: EncryptionKeys, data: keys("- {name: a, provider: rot13, secret: " + bytes32 + "}"), wantProblem: `unknown provider "rot13"`,
		},
		"an encryption key that is not base64 is refused": {
			root: EncryptionKeys, data: keys("- {name: a, provider: aescbc, secret: '!'}"), wantProblem: "is not base64",
		},
		"an encryption key that is too short is refused": {
			root: EncryptionKeys, data: keys("- {name: a, provider: secretbox, secret: MDEyMzQ1Njc4OTAxMjM0NQ==}"),
			wantProblem: "has 16 bytes, which secretbox does not take",
		},

		"a token of base64 characters is accepted": {root: HealthCheck, data: token("abcDEF0123456789+/=")},
		"a short token is refused":                 {root: HealthCheck, data: token("secret"), wantProblem: "token is missing or not fit"},
		"a token that adds a group is refused": {
			root: HealthCheck, data: token("0123456789abcdef,admin,1,system:masters"), wantProblem: "not fit",
		},
		"a token that adds a line is refused": {root: HealthCheck, data: token("0123456789abcdef\n"), wantProblem: "not fit"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			secrets := generated(t)
			secrets[c.root.SecretName("c")] = c.data
			_, err := ParseRoots("c", secrets, now)
			if c.wantProblem == "" {
				g.Expect(err).NotTo(HaveOccurred())
				return
			}
			expectRootError(g, err, c.root.SecretName("c"), RootInvalid, c.wantProblem)
			g.Expect(err.Error()).NotTo(ContainSubstring(bytes32), "errors must not tell keys")
		})
	}
}

func TestEveryBrokenSecretIsNamed(t *testing.T) {
	g := NewWithT(t)
	secrets := generated(t)
	delete(secrets, "c-etcd")
	secrets["c-proxy"] = nil
	_, err := ParseRoots("c", secrets, now)
	g.Expect(err).To(MatchError(ContainSubstring("Secret c-etcd: it does not exist; restore it")))
	g.Expect(err).To(MatchError(ContainSubstring("Secret c-proxy: it has no tls.crt; supply a CA certificate")))
	g.Expect(strings.Count(err.Error(), "\n")).To(Equal(1), "one line for each")
}

func expectRootError(g Gomega, err error, secret string, reason RootErrorReason, problem string) {
	var rootError *RootError
	g.Expect(errors.As(err, &rootError)).To(BeTrue(), "got %v", err)
	g.Expect(rootError.Secret).To(Equal(secret))
	g.Expect(rootError.Reason).To(Equal(reason))
	g.Expect(rootError.Problem).To(ContainSubstring(problem))
	g.Expect(rootError.Remedy).NotTo(BeEmpty())
}

func ed25519PEM(t testing.TB) []byte {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func FuzzParseRoots(f *testing.F) {
	valid := generated(f)
	ca, keys := valid["c-ca"], valid["c-encryption"]
	f.Add(ca[CertificateData], ca[PrivateKeyData], keys[EncryptionData])
	f.Add(valid["c-sa"][CertificateData], valid["c-sa"][PrivateKeyData], []byte("- {}"))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), ed25519PEM(f), []byte("&a [*a]"))
	good := roots(f)
	f.Fuzz(func(t *testing.T, crt, key, other []byte) {
		secrets := map[string]map[string][]byte{}
		for _, name := range RootNames() {
			secrets[name.SecretName("c")] = map[string][]byte{
				CertificateData: crt, PrivateKeyData: key, EncryptionData: other, TokenData: other,
			}
		}
		r, err := ParseRoots("c", secrets, now)
		if (r == nil) == (err == nil) {
			t.Fatal("want either roots or an error")
		}
		_, _ = KubeconfigNeedsRefresh(other, "https://c", good, now)
		_, _ = AdminLeaf().NeedsRenewal(secrets["c-ca"], good.Client, now)
	})
}
