// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	clientcmd "k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// validity is how long certificates of a seed last: longer than any seed.
const validity = 10 * 365 * 24 * time.Hour

// identity is what a leaf certificate says about its holder.
type identity struct {
	user      string
	groups    []string
	names     []string // DNS names and addresses; a server certificate has some.
	authority string
}

const (
	clusterCA = "ca"
	etcdCA    = "etcd-ca"
	proxyCA   = "front-proxy-ca"

	administrators = "system:masters"
)

// createPKI makes the authorities, keys, certificates and kubeconfigs that are
// missing. Those that exist are kept, so that a restarted seed stays the same.
func (n *Node) createPKI() error {
	for _, name := range []string{clusterCA, etcdCA, proxyCA} {
		if err := n.createAuthority(name); err != nil {
			return fmt.Errorf("create authority %s: %w", name, err)
		}
	}
	node := n.Network.Node.String()
	leaves := map[string]identity{
		"kube-apiserver": {user: "kube-apiserver", authority: clusterCA, names: []string{
			node, "127.0.0.1", n.Network.ServiceAddress(1).String(), "localhost", "kubernetes", "kubernetes.default",
			"kubernetes.default.svc", "kubernetes.default.svc.cluster.local"}},
		"kubelet-server":                {user: "kubelet", authority: clusterCA, names: []string{node, Name}},
		"kube-apiserver-kubelet-client": {user: "kube-apiserver-kubelet-client", groups: []string{administrators}, authority: clusterCA},
		"front-proxy-client":            {user: "front-proxy-client", authority: proxyCA},
		"etcd":                          {user: "etcd", authority: etcdCA, names: []string{"127.0.0.1", "localhost"}},
		"kube-apiserver-etcd-client":    {user: "kube-apiserver", authority: etcdCA},
	}
	users := map[string]identity{
		"admin":                   {user: "seed-admin", groups: []string{administrators}, authority: clusterCA},
		"kube-controller-manager": {user: "system:kube-controller-manager", authority: clusterCA},
		"kube-scheduler":          {user: "system:kube-scheduler", authority: clusterCA},
		"kube-proxy":              {user: "system:kube-proxy", authority: clusterCA},
		"kubelet":                 {user: "system:node:" + Name, groups: []string{"system:nodes"}, authority: clusterCA},
	}
	for name, who := range leaves {
		if err := n.createLeaf(name, who); err != nil {
			return fmt.Errorf("create certificate %s: %w", name, err)
		}
	}
	for name, who := range users {
		if err := n.createLeaf(name, who); err != nil {
			return fmt.Errorf("create certificate %s: %w", name, err)
		}
		if err := n.writeKubeconfig(name); err != nil {
			return fmt.Errorf("write kubeconfig of %s: %w", name, err)
		}
	}
	return n.createServiceAccountKey()
}

func (n *Node) certificate(name string) string { return n.path("pki", name+".crt") }
func (n *Node) key(name string) string         { return n.path("pki", name+".key") }

func exists(paths ...string) bool {
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return false
		}
	}
	return true
}

func (n *Node) createAuthority(name string) error {
	if exists(n.certificate(name), n.key(name)) {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: n.UniqueName() + "-" + name},
		NotBefore:    time.Now().Add(-time.Minute),
		NotAfter:     time.Now().Add(validity),
		KeyUsage:     x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		IsCA:         true, BasicConstraintsValid: true,
	}
	return n.sign(name, template, template, key, key)
}

func (n *Node) createLeaf(name string, who identity) error {
	if exists(n.certificate(name), n.key(name)) {
		return nil
	}
	authorities, err := certutil.CertsFromFile(n.certificate(who.authority))
	if err != nil {
		return err
	}
	parsed, err := keyutil.PrivateKeyFromFile(n.key(who.authority))
	if err != nil {
		return err
	}
	signer, ok := parsed.(crypto.Signer)
	if !ok {
		return fmt.Errorf("the key of %s cannot sign", who.authority)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: who.user, Organization: who.groups},
		NotBefore:    time.Now().Add(-time.Minute),
		NotAfter:     authorities[0].NotAfter,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	for _, name := range who.names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	if len(who.names) > 0 {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	return n.sign(name, template, authorities[0], key, signer)
}

// sign writes certificate and key; the certificate last, so that an
// interrupted run is noticed by its absence.
func (n *Node) sign(name string, template, authority *x509.Certificate, key *ecdsa.PrivateKey, signer crypto.Signer) error {
	der, err := x509.CreateCertificate(rand.Reader, template, authority, key.Public(), signer)
	if err != nil {
		return err
	}
	encoded, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return err
	}
	if err := keyutil.WriteKey(n.key(name), encoded); err != nil {
		return err
	}
	return certutil.WriteCert(n.certificate(name), pem.EncodeToMemory(&pem.Block{Type: certutil.CertificateBlockType, Bytes: der}))
}

func (n *Node) createServiceAccountKey() error {
	private, public := n.key("service-account"), n.path("pki", "service-account.pub")
	if exists(private, public) {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	encoded, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return err
	}
	if err := keyutil.WriteKey(private, encoded); err != nil {
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return os.WriteFile(public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o644)
}

// writeKubeconfig writes a kubeconfig with everything in it, so that it can be
// copied. The node's address works inside the seed and on the whole machine.
func (n *Node) writeKubeconfig(user string) error {
	config := clientcmdapi.NewConfig()
	files := map[string][]byte{n.certificate(clusterCA): nil, n.certificate(user): nil, n.key(user): nil}
	for file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		files[file] = data
	}
	name := n.UniqueName()
	config.Clusters[name] = &clientcmdapi.Cluster{Server: n.apiServerURL(), CertificateAuthorityData: files[n.certificate(clusterCA)]}
	config.AuthInfos[user] = &clientcmdapi.AuthInfo{ClientCertificateData: files[n.certificate(user)], ClientKeyData: files[n.key(user)]}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: user}
	config.CurrentContext = name
	path := n.Kubeconfig(user)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return clientcmd.WriteToFile(*config, path)
}

func (n *Node) apiServerURL() string {
	return "https://" + netip.AddrPortFrom(n.Network.Node, 6443).String()
}
