// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package components_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// partsVariable names a folder with etcd, etcdctl and the binaries of Kubernetes; those of an older minor version
// have it as a suffix, for example kube-apiserver-1.35. Without it, tests with real binaries are skipped.
const partsVariable = "KUBECEPTION_PARTS"

// machine runs what components render as processes, with their files in a folder.
type machine struct {
	t     *testing.T
	parts string
	// suffix of the binaries of Kubernetes.
	suffix string
	in     *component.Input
	roots  *pki.Roots
	// ports that processes serve here instead of the rendered ones.
	apiServer, main, events, tunnel int
	// sockets is the folder in the place of the rendered one.
	sockets string
}

func newMachine(t *testing.T, in *component.Input, suffix string) *machine {
	t.Helper()
	parts := os.Getenv(partsVariable)
	if parts == "" {
		t.Skip(partsVariable + " is not set")
	}
	m := &machine{t: t, parts: parts, suffix: suffix, in: in, roots: generateRoots(t, in.ClusterName)}
	m.apiServer, m.main, m.events, m.tunnel = freePort(t), freePort(t), freePort(t), freePort(t)
	in.Keys = component.Keys{
		Bundles:          m.roots.Bundles(),
		ClientSigner:     m.roots.Client.KeyPair(),
		KubeletSigner:    m.roots.Kubelet.KeyPair(),
		ServiceAccount:   m.roots.ServiceAccount,
		Encryption:       m.roots.Encryption,
		HealthCheckToken: m.roots.HealthCheckToken,
	}
	return m
}

func generateRoots(t *testing.T, cluster string) *pki.Roots {
	t.Helper()
	secrets := map[string]map[string][]byte{}
	for _, name := range pki.RootNames() {
		data, err := pki.GenerateRoot(name, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		secrets[name.SecretName(cluster)] = data
	}
	roots, err := pki.ParseRoots(cluster, secrets, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return roots
}

// runEtcd runs an etcd with the certificates of the component.
func (m *machine) runEtcd(c component.Component, port int) {
	m.t.Helper()
	rendered := m.prepare(c)
	dir := m.t.TempDir()
	m.issue(rendered, c.Name()+"-server", dir)
	m.write(filepath.Join(dir, wiring.CABundleKey), []byte(m.in.Keys.Bundles[pki.EtcdCA]))
	url := fmt.Sprintf("https://localhost:%d", port)
	peer := fmt.Sprintf("http://localhost:%d", freePort(m.t))
	m.start("etcd", "--name="+c.Name(), "--data-dir="+filepath.Join(dir, "data"), "--unsafe-no-fsync",
		"--listen-client-urls="+strings.ReplaceAll(url, "localhost", "127.0.0.1"), "--advertise-client-urls="+url,
		"--listen-peer-urls="+strings.ReplaceAll(peer, "localhost", "127.0.0.1"), "--initial-advertise-peer-urls="+peer,
		"--initial-cluster="+c.Name()+"="+peer, "--client-cert-auth", "--trusted-ca-file="+filepath.Join(dir, wiring.CABundleKey),
		"--cert-file="+filepath.Join(dir, pki.CertificateData), "--key-file="+filepath.Join(dir, pki.PrivateKeyData))
}

// run runs the Deployment of a component as a process, and returns a function that ends it.
func (m *machine) run(c component.Component) (stop func()) {
	m.t.Helper()
	rendered := m.prepare(c)
	for _, obj := range rendered.Runtime {
		deployment, ok := obj.(*appsv1.Deployment)
		if !ok {
			continue
		}
		root := m.t.TempDir()
		m.sockets = socketDir(m.t)
		pod := deployment.Spec.Template.Spec
		for _, volume := range pod.Volumes {
			m.mount(rendered, volume, filepath.Join(root, volume.Name))
		}
		m.runSidecars(pod, root)
		args := make([]string, 0, len(pod.Containers[0].Args))
		for _, arg := range pod.Containers[0].Args {
			args = append(args, m.localize(arg, root))
		}
		if c.Name() != wiring.KubeAPIServer {
			// The usual ports may be taken by a seed on this machine.
			args = append(args, fmt.Sprintf("--secure-port=%d", freePort(m.t)))
		}
		return m.start(pod.Containers[0].Command[0]+m.suffix, args...)
	}
	m.t.Fatalf("%s renders no Deployment", c.Name())
	return nil
}

func (m *machine) prepare(c component.Component) component.Rendered {
	m.t.Helper()
	rendered, err := component.Prepare(m.in, c)
	if err != nil {
		m.t.Fatal(err)
	}
	return rendered
}

// localize replaces what is different on this machine: folders, and addresses in the seed.
func (m *machine) localize(text, root string) string {
	replacements := []string{
		"/etc/kubernetes/", root + "/",
		fmt.Sprintf("--secure-port=%d", wiring.KubeAPIServerPort), fmt.Sprintf("--secure-port=%d", m.apiServer),
		wiring.KubeAPIServerURL(m.in.Namespace), m.url(),
		konnectivitySockets, m.sockets,
	}
	for name, port := range map[string]int{wiring.EtcdMain: m.main, wiring.EtcdEvents: m.events} {
		local := fmt.Sprintf("https://localhost:%d", port)
		replacements = append(replacements, wiring.EtcdEndpoints(name, m.in.Namespace, 1)[0], local)
	}
	return strings.NewReplacer(replacements...).Replace(text)
}

func (m *machine) url() string { return fmt.Sprintf("https://localhost:%d", m.apiServer) }

// mount writes the files of a volume.
func (m *machine) mount(rendered component.Rendered, volume corev1.Volume, dir string) {
	m.t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		m.t.Fatal(err)
	}
	switch {
	case volume.ConfigMap != nil:
		m.object(rendered, volume.ConfigMap.Name, dir)
	case volume.Secret != nil:
		m.object(rendered, volume.Secret.SecretName, dir)
	case volume.EmptyDir != nil:
	case volume.Projected != nil:
		for _, source := range volume.Projected.Sources {
			if source.ConfigMap != nil {
				m.object(rendered, source.ConfigMap.Name, dir)
			}
			if source.Secret != nil {
				m.object(rendered, source.Secret.Name, dir)
			}
		}
	default:
		m.t.Fatalf("volume %s is of no known kind", volume.Name)
	}
}

// object writes the files of a rendered ConfigMap or Secret, or of a certificate.
func (m *machine) object(rendered component.Rendered, name, dir string) {
	m.t.Helper()
	root := filepath.Dir(dir)
	for _, obj := range rendered.Runtime {
		if obj.GetName() != name {
			continue
		}
		switch o := obj.(type) {
		case *corev1.ConfigMap:
			for key, value := range o.Data {
				m.write(filepath.Join(dir, key), []byte(m.localize(value, root)))
			}
			return
		case *corev1.Secret:
			for key, value := range o.Data {
				m.write(filepath.Join(dir, key), []byte(m.localize(string(value), root)))
			}
			return
		}
	}
	m.issue(rendered, name, dir)
}

func (m *machine) issue(rendered component.Rendered, secret, dir string) {
	m.t.Helper()
	for _, leaf := range rendered.Certificates {
		if leaf.SecretName != secret {
			continue
		}
		data, _, err := leaf.Renew(nil, m.roots, time.Now())
		if err != nil {
			m.t.Fatal(err)
		}
		for key, value := range data {
			m.write(filepath.Join(dir, key), value)
		}
	}
}

func (m *machine) write(path string, content []byte) {
	m.t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// start runs a binary until the test ends or the returned function is called. If the test fails, its log is shown.
func (m *machine) start(binary string, args ...string) (stop func()) {
	m.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, filepath.Join(m.parts, binary), args...)
	log := &bytes.Buffer{}
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		cancel()
		m.t.Fatal(err)
	}
	stop = func() {
		cancel()
		_ = command.Wait() // It is killed.
	}
	m.t.Cleanup(func() {
		stop()
		if m.t.Failed() {
			m.t.Logf("log of %s, its end:\n%s", binary, tail(log.String(), 3000))
		}
	})
	return stop
}

func tail(text string, length int) string { return text[max(0, len(text)-length):] }

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}
