// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"k8s.io/client-go/util/keyutil"
	"sigs.k8s.io/cluster-api/util/certs"
)

// Roots is the root material of one control plane.
type Roots struct {
	Cluster    *Authority
	Client     *Authority
	Etcd       *Authority
	EtcdPeer   *Authority
	FrontProxy *Authority
	Kubelet    *Authority
	// ServiceAccount signs service-account tokens. In place of a certificate it has every public key that verifies.
	ServiceAccount KeyPair
	// Encryption has at least one key. The first one writes, all of them read.
	Encryption []EncryptionKey
	// HealthCheckToken is the static bearer token of the health-check identity.
	HealthCheckToken string
}

// KeyPair is a private key and what goes with it, both PEM.
type KeyPair struct {
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
}

const (
	replaceServiceAccount = "supply an RSA or ECDSA private key in tls.key and its public key in tls.crt, " +
		"or, before the control plane exists, delete the Secret so that they are generated"
	replaceToken = "supply in token 16 to 512 characters of letters, digits and -._~+/=, " +
		"or, before the control plane exists, delete the Secret so that it is generated"
)

// A token becomes a field of a CSV file: a comma or a line break would add groups or users.
var tokenPattern = regexp.MustCompile(`^[A-Za-z0-9._~+/=-]{16,512}$`)

// Authority returns the authority of that name.
func (r *Roots) Authority(name AuthorityName) (*Authority, error) {
	for _, ca := range r.authorities() {
		if ca.Name == name {
			return ca, nil
		}
	}
	return nil, fmt.Errorf("there is no authority %q", name)
}

// Bundles returns the trusted certificates of every authority, PEM.
func (r *Roots) Bundles() map[AuthorityName]string {
	bundles := map[AuthorityName]string{}
	for _, ca := range r.authorities() {
		bundles[ca.Name] = string(ca.BundlePEM())
	}
	return bundles
}

func (r *Roots) authorities() []*Authority {
	all := []*Authority{r.Cluster, r.Client, r.Etcd, r.EtcdPeer, r.FrontProxy, r.Kubelet}
	return slices.DeleteFunc(all, func(ca *Authority) bool { return ca == nil })
}

// GenerateRoot returns the data of a new Secret for one piece of root material.
func GenerateRoot(name RootName, now time.Time) (map[string][]byte, error) {
	switch name {
	case ServiceAccountKey:
		return generateServiceAccount()
	case EncryptionKeys:
		return generateEncryption(now)
	case HealthCheck:
		token := make([]byte, 32)
		_, _ = rand.Read(token) // It never fails.
		return map[string][]byte{TokenData: []byte(hex.EncodeToString(token))}, nil
	}
	if slices.Contains(AuthorityNames(), name) {
		return generateAuthority(name, now)
	}
	return nil, fmt.Errorf("there is no root material %q", name)
}

// ParseRoots reads the root material of a Cluster from the data of its Secrets, keyed by the Secrets' names. The
// error joins a RootError for every Secret that is missing or cannot be used at the time now. Data keys that are
// not known are ignored.
func ParseRoots(cluster string, secrets map[string]map[string][]byte, now time.Time) (*Roots, error) {
	roots := &Roots{}
	var problems []error
	for _, name := range RootNames() {
		secretName := name.SecretName(cluster)
		data, found := secrets[secretName]
		if !found {
			problems = append(problems, missing(secretName))
			continue
		}
		if problem := roots.parse(name, data, now); problem != nil {
			problem.Secret = secretName
			problems = append(problems, problem)
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return roots, nil
}

func missing(secretName string) *RootError {
	return &RootError{Secret: secretName, Reason: RootMissing, Problem: "it does not exist", Remedy: "restore it from a backup"}
}

// parse reads one piece of root material into its field.
func (r *Roots) parse(name RootName, data map[string][]byte, now time.Time) (problem *RootError) {
	switch name {
	case ServiceAccountKey:
		r.ServiceAccount, problem = parseServiceAccount(data)
	case EncryptionKeys:
		r.Encryption, problem = parseEncryption(data)
	case HealthCheck:
		r.HealthCheckToken, problem = parseToken(data)
	case ClusterCA:
		r.Cluster, problem = parseAuthority(name, data, now)
	case ClientCA:
		r.Client, problem = parseAuthority(name, data, now)
	case EtcdCA:
		r.Etcd, problem = parseAuthority(name, data, now)
	case EtcdPeerCA:
		r.EtcdPeer, problem = parseAuthority(name, data, now)
	case FrontProxyCA:
		r.FrontProxy, problem = parseAuthority(name, data, now)
	case KubeletCA:
		r.Kubelet, problem = parseAuthority(name, data, now)
	}
	return problem
}

func generateServiceAccount() (map[string][]byte, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	private, err := certs.EncodePrivateKeyPEMFromSigner(key)
	if err != nil {
		return nil, fmt.Errorf("encode service-account key: %w", err)
	}
	public, err := certs.EncodePublicKeyPEMFromSigner(key.Public())
	if err != nil {
		return nil, fmt.Errorf("encode service-account key: %w", err)
	}
	return map[string][]byte{CertificateData: public, PrivateKeyData: private}, nil
}

func parseServiceAccount(data map[string][]byte) (KeyPair, *RootError) {
	private, err := parseKey(data[PrivateKeyData])
	if err != nil {
		return KeyPair{}, invalid(replaceServiceAccount, "%s is not a PEM private key: %v", PrivateKeyData, err)
	}
	switch private.(type) {
	case *ecdsa.PrivateKey, *rsa.PrivateKey:
	default:
		return KeyPair{}, invalid(replaceServiceAccount, "the API server cannot sign tokens with a key of type %T", private)
	}
	public, err := keyutil.ParsePublicKeysPEM(data[CertificateData])
	if err != nil {
		return KeyPair{}, invalid(replaceServiceAccount, "%s holds no PEM public key: %v", CertificateData, err)
	}
	if !slices.ContainsFunc(public, func(key any) bool { return publicKeysEqual(key, private.Public()) }) {
		return KeyPair{}, invalid(replaceServiceAccount, "%s belongs to no public key in %s", PrivateKeyData, CertificateData)
	}
	return KeyPair{Certificate: string(data[CertificateData]), Key: string(data[PrivateKeyData])}, nil
}

func parseToken(data map[string][]byte) (string, *RootError) {
	token := string(data[TokenData])
	if !tokenPattern.MatchString(token) {
		return "", invalid(replaceToken, "its token is missing or not fit for a token file")
	}
	return token, nil
}
