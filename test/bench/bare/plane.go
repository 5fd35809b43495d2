// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package bare

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

const clusterName = "bare"

// plane is one control plane: a folder of files, and processes.
type plane struct {
	dir       string
	processes []*exec.Cmd
	// config is that of an administrator.
	config                        *rest.Config
	etcdPort, peerPort, httpsPort int
}

func (p *plane) file(name string) string { return filepath.Join(p.dir, name) }

// portsPerPlane are etcd's for clients and peers, and the API server's.
const portsPerPlane = 3

// prepare makes everything that a start by hand would find ready: folder, certificates and keys.
func prepare(dir string, ports []int) (*plane, error) {
	p := &plane{dir: dir, etcdPort: ports[0], peerPort: ports[1], httpsPort: ports[2]}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	now := time.Now()
	secrets := map[string]map[string][]byte{}
	var err error
	for _, name := range pki.RootNames() {
		if secrets[name.SecretName(clusterName)], err = pki.GenerateRoot(name, now); err != nil {
			return nil, err
		}
	}
	roots, err := pki.ParseRoots(clusterName, secrets, now)
	if err != nil {
		return nil, err
	}
	if err := p.writeFiles(roots, now); err != nil {
		return nil, err
	}
	kubeconfig, err := pki.AdminKubeconfig(clusterName, p.url(p.httpsPort), roots, now)
	if err != nil {
		return nil, err
	}
	p.config, err = clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	return p, err
}

func (p *plane) writeFiles(roots *pki.Roots, now time.Time) error {
	files := map[string][]byte{
		"etcd-ca.crt":         roots.Etcd.BundlePEM(),
		"client-ca.crt":       roots.Client.BundlePEM(),
		"service-account.pub": []byte(roots.ServiceAccount.Certificate),
		"service-account.key": []byte(roots.ServiceAccount.Key),
		"tokens.csv":          fmt.Appendf(nil, "%s,health-check,health-check\n", roots.HealthCheckToken),
		"encryption.yaml":     encryption(roots.Encryption[0]),
	}
	local := []string{"127.0.0.1"}
	leaves := map[string]pki.Leaf{
		"etcd":        {Authority: pki.EtcdCA, CommonName: "etcd", ServerAuth: true, ClientAuth: true, IPAddresses: local},
		"etcd-client": {Authority: pki.EtcdCA, CommonName: "kube-apiserver", ClientAuth: true},
		"serving":     {Authority: pki.ClusterCA, CommonName: "kube-apiserver", ServerAuth: true, IPAddresses: local},
	}
	for name, leaf := range leaves {
		ca, err := roots.Authority(leaf.Authority)
		if err != nil {
			return err
		}
		leaf.SecretName = name
		if files[name+".crt"], files[name+".key"], err = leaf.Issue(ca, now); err != nil {
			return err
		}
	}
	for name, content := range files {
		if err := os.WriteFile(p.file(name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (p *plane) url(port int) string { return fmt.Sprintf("https://127.0.0.1:%d", port) }

func (p *plane) etcdArgs() []string {
	clients, peers := p.url(p.etcdPort), p.url(p.peerPort)
	return []string{
		"--name=bare", "--data-dir=" + p.file("data"), "--logger=zap",
		"--listen-client-urls=" + clients, "--advertise-client-urls=" + clients,
		"--listen-peer-urls=" + peers, "--initial-advertise-peer-urls=" + peers, "--initial-cluster=bare=" + peers,
		"--client-cert-auth=true", "--trusted-ca-file=" + p.file("etcd-ca.crt"),
		"--cert-file=" + p.file("etcd.crt"), "--key-file=" + p.file("etcd.key"),
		"--peer-client-cert-auth=true", "--peer-trusted-ca-file=" + p.file("etcd-ca.crt"),
		"--peer-cert-file=" + p.file("etcd.crt"), "--peer-key-file=" + p.file("etcd.key"),
	}
}

// apiServerArgs are those of hosted API servers as far as they cost time at the start.
func (p *plane) apiServerArgs() []string {
	return []string{
		"--allow-privileged=true", "--anonymous-auth=false", "--authorization-mode=Node,RBAC",
		"--advertise-address=127.0.0.1", "--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", p.httpsPort),
		"--client-ca-file=" + p.file("client-ca.crt"),
		"--enable-admission-plugins=NodeRestriction", "--enable-bootstrap-token-auth=true",
		"--encryption-provider-config=" + p.file("encryption.yaml"), "--endpoint-reconciler-type=none",
		"--etcd-servers=" + p.url(p.etcdPort), "--etcd-cafile=" + p.file("etcd-ca.crt"),
		"--etcd-certfile=" + p.file("etcd-client.crt"), "--etcd-keyfile=" + p.file("etcd-client.key"),
		"--profiling=false",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + p.file("service-account.pub"),
		"--service-account-signing-key-file=" + p.file("service-account.key"),
		"--service-cluster-ip-range=100.64.0.0/13",
		"--tls-cert-file=" + p.file("serving.crt"), "--tls-private-key-file=" + p.file("serving.key"),
		"--token-auth-file=" + p.file("tokens.csv"), "--v=2",
	}
}

func encryption(key pki.EncryptionKey) []byte {
	return fmt.Appendf(nil, `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - aescbc: {keys: [{name: %s, secret: %s}]}
  - identity: {}
`, key.Name, key.Secret)
}
