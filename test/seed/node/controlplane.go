// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	startTimeout = 2 * time.Minute
	etcdURL      = "https://127.0.0.1:2379"
)

// StartEtcd starts the seed's etcd. The API server waits for it by itself.
func (n *Node) StartEtcd(binary string) error {
	if err := n.createPKI(); err != nil {
		return err
	}
	const peerURL = "http://127.0.0.1:2380" // Its only peer is itself.
	_, err := n.start("etcd", []string{binary,
		"--name=seed",
		"--data-dir=" + n.path("etcd"),
		"--listen-client-urls=" + etcdURL,
		"--advertise-client-urls=" + etcdURL,
		"--listen-peer-urls=" + peerURL,
		"--initial-advertise-peer-urls=" + peerURL,
		"--initial-cluster=seed=" + peerURL,
		"--client-cert-auth=true",
		"--trusted-ca-file=" + n.certificate(etcdCA),
		"--cert-file=" + n.certificate("etcd"),
		"--key-file=" + n.key("etcd"),
	}, nil)
	return err
}

// auditPolicy has every write logged with its author, for tests of who writes while nothing changes.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
omitManagedFields: true
rules:
- level: Metadata
  verbs: [create, update, patch, delete, deletecollection]
- level: None
`

// AuditFile is the log of all writes to the API server, one audit.k8s.io/v1 Event per line.
func (n *Node) AuditFile() string { return filepath.Join(n.LogDir(), "audit.log") }

// StartAPIServer starts the API server and returns when it is ready.
func (n *Node) StartAPIServer(ctx context.Context, binary string) error {
	policy, err := n.writeFile([]byte(auditPolicy), "audit-policy.yaml")
	if err != nil {
		return err
	}
	_, err = n.start("kube-apiserver", []string{binary,
		"--advertise-address=" + n.Network.Node.String(),
		"--allow-privileged=true",
		"--audit-log-maxbackup=1",
		"--audit-log-maxsize=100", // MiB
		"--audit-log-path=" + n.AuditFile(),
		"--audit-policy-file=" + policy,
		"--authorization-mode=Node,RBAC",
		"--client-ca-file=" + n.certificate(clusterCA),
		"--enable-admission-plugins=NodeRestriction",
		"--enable-aggregator-routing=true",
		"--enable-bootstrap-token-auth=true",
		"--etcd-servers=" + etcdURL,
		"--etcd-cafile=" + n.certificate(etcdCA),
		"--etcd-certfile=" + n.certificate("kube-apiserver-etcd-client"),
		"--etcd-keyfile=" + n.key("kube-apiserver-etcd-client"),
		"--kubelet-certificate-authority=" + n.certificate(clusterCA),
		"--kubelet-client-certificate=" + n.certificate("kube-apiserver-kubelet-client"),
		"--kubelet-client-key=" + n.key("kube-apiserver-kubelet-client"),
		"--kubelet-preferred-address-types=InternalIP",
		"--proxy-client-cert-file=" + n.certificate("front-proxy-client"),
		"--proxy-client-key-file=" + n.key("front-proxy-client"),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-client-ca-file=" + n.certificate(proxyCA),
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-username-headers=X-Remote-User",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + n.path("pki", "service-account.pub"),
		"--service-account-signing-key-file=" + n.key("service-account"),
		"--service-cluster-ip-range=" + n.Network.Services.String(),
		"--tls-cert-file=" + n.certificate("kube-apiserver"),
		"--tls-private-key-file=" + n.key("kube-apiserver"),
	}, []string{policy})
	if err != nil {
		return err
	}
	client, err := n.httpsClient()
	if err != nil {
		return err
	}
	return n.await(ctx, "kube-apiserver", func(ctx context.Context) error {
		return get(ctx, client, n.apiServerURL()+"/readyz")
	})
}

// StartControllers starts controller manager and scheduler.
func (n *Node) StartControllers(controllerManager, scheduler string) error {
	// One process each: there is nobody to elect.
	_, err := n.start("kube-controller-manager", []string{controllerManager,
		"--allocate-node-cidrs=true",
		"--authentication-kubeconfig=" + n.Kubeconfig("kube-controller-manager"),
		"--authorization-kubeconfig=" + n.Kubeconfig("kube-controller-manager"),
		"--bind-address=127.0.0.1",
		"--cluster-cidr=" + n.Network.Pods.String(),
		"--cluster-signing-cert-file=" + n.certificate(clusterCA),
		"--cluster-signing-key-file=" + n.key(clusterCA),
		"--controllers=*,bootstrapsigner,tokencleaner",
		"--kube-api-burst=400",
		"--kube-api-qps=200",
		"--kubeconfig=" + n.Kubeconfig("kube-controller-manager"),
		"--leader-elect=false",
		// The only node gets all pod addresses.
		fmt.Sprintf("--node-cidr-mask-size=%d", n.Network.Pods.Bits()),
		"--root-ca-file=" + n.certificate(clusterCA),
		"--service-account-private-key-file=" + n.key("service-account"),
		"--service-cluster-ip-range=" + n.Network.Services.String(),
		"--use-service-account-credentials=true",
	}, []string{n.Kubeconfig("kube-controller-manager")})
	if err != nil {
		return err
	}
	_, err = n.start("kube-scheduler", []string{scheduler,
		"--authentication-kubeconfig=" + n.Kubeconfig("kube-scheduler"),
		"--authorization-kubeconfig=" + n.Kubeconfig("kube-scheduler"),
		"--bind-address=127.0.0.1",
		"--kube-api-burst=400",
		"--kube-api-qps=200",
		"--kubeconfig=" + n.Kubeconfig("kube-scheduler"),
		"--leader-elect=false",
	}, []string{n.Kubeconfig("kube-scheduler")})
	return err
}

// httpsClient trusts the seed's authority and presents the administrator.
func (n *Node) httpsClient() (*http.Client, error) {
	authority, err := os.ReadFile(n.certificate(clusterCA))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	own, err := tls.LoadX509KeyPair(n.certificate("admin"), n.key("admin"))
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config}, Timeout: 5 * time.Second}, nil
}

func get(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", response.Status, body)
	}
	return nil
}

// await checks a service until it is fine. When it never is, the error says
// why and ends with what the service logged last.
func (n *Node) await(ctx context.Context, service string, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			log := filepath.Join(n.LogDir(), service+".log")
			return fmt.Errorf("%s did not become ready within %s: %w; the end of %s:\n%s", service, startTimeout, err, log, tail(log, 15))
		case <-ticker.C:
		}
	}
}

func tail(path string, count int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}
