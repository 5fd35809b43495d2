// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package components_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/etcd"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/konnectivity"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubeapiserver"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/nodeaccess"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// A kubelet is played by a server that trusts what a kubelet trusts. The API server reaches it through the sidecar and
// an agent as they are rendered, or not at all.
func TestTheTunnelLeadsToKubelets(t *testing.T) {
	in := golden.ReadInput(t, filepath.Join("konnectivity", "testdata", "default", "input.yaml"))
	m := newMachine(t, in, "")
	if _, err := os.Stat(filepath.Join(m.parts, "proxy-server")); err != nil {
		t.Skip("there is no proxy-server in " + m.parts)
	}
	in.Endpoint.Host, in.Endpoint.Port = "127.0.0.1", int32(m.apiServer)
	in.Tunnel.Host, in.Tunnel.Port = "127.0.0.1", int32(m.tunnel)
	m.runEtcd(etcd.New(etcd.Main), m.main)
	m.runEtcd(etcd.New(etcd.Events), m.events)
	m.run(kubeapiserver.New())
	clientset := m.waitForAPIServer() // It is ready without any agent.

	m.deliver(nodeaccess.New())
	agent := m.deliver(konnectivity.New())
	node := m.kubelet(clientset)
	ask := func(ctx context.Context) error {
		return clientset.CoreV1().RESTClient().Get().AbsPath("/api/v1/nodes/" + node + "/proxy/healthz").Do(ctx).Error()
	}
	if err := ask(t.Context()); err == nil || !strings.Contains(err.Error(), "No agent available") {
		t.Errorf("without an agent the error is %v", err)
	}
	m.runAgent(clientset, agent)
	began := time.Now()
	m.eventually("way to the kubelet", func(ctx context.Context) bool { return ask(ctx) == nil })
	t.Logf("the tunnel stands after %s", time.Since(began).Round(time.Millisecond))
	m.eventually("Lease of the server", func(ctx context.Context) bool {
		leases, err := clientset.CoordinationV1().Leases(metav1.NamespaceSystem).List(ctx, metav1.ListOptions{LabelSelector: "k8s-app=konnectivity-server"})
		return err == nil && len(leases.Items) == 1
	})
}

// deliver applies the target objects of a component and returns its Deployment, if it has one.
func (m *machine) deliver(c component.Component) *appsv1.Deployment {
	m.t.Helper()
	var deployment *appsv1.Deployment
	kubeconfig, err := pki.AdminKubeconfig(m.in.ClusterName, m.url(), m.roots, time.Now())
	m.must(err)
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	m.must(err)
	workload, err := client.New(config, client.Options{})
	m.must(err)
	m.eventually("namespace kube-system", func(ctx context.Context) bool {
		return workload.Get(ctx, client.ObjectKey{Name: metav1.NamespaceSystem}, &corev1.Namespace{}) == nil
	})
	for _, obj := range m.prepare(c).Target {
		document, err := component.Unstructured(obj)
		m.must(err)
		m.must(workload.Apply(m.t.Context(), client.ApplyConfigurationFromUnstructured(document), client.FieldOwner("test")))
		if d, ok := obj.(*appsv1.Deployment); ok {
			deployment = d
		}
	}
	return deployment
}

// kubelet plays a kubelet and registers its node.
func (m *machine) kubelet(clientset kubernetes.Interface) string {
	m.t.Helper()
	address := hostAddress(m.t)
	leaf := pki.Leaf{SecretName: "kubelet", Authority: pki.KubeletCA, CommonName: "system:node:n", IPAddresses: []string{address}, ServerAuth: true}
	data, _, err := leaf.Renew(nil, m.roots, time.Now())
	m.must(err)
	pair, err := tls.X509KeyPair(data[pki.CertificateData], data[pki.PrivateKeyData])
	m.must(err)
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM([]byte(m.in.Keys.Bundles[pki.KubeletCA]))
	listener, err := tls.Listen("tcp", net.JoinHostPort(address, "0"), &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, ClientCAs: trusted, ClientAuth: tls.RequireAndVerifyClientCert,
	})
	m.must(err)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user := r.TLS.PeerCertificates[0].Subject.CommonName; user != wiring.KubeletClientUser {
			http.Error(w, user, http.StatusForbidden)
		}
	})}
	go func() { _ = server.Serve(listener) }()
	m.t.Cleanup(func() { _ = server.Close() })

	node, err := clientset.CoreV1().Nodes().Create(m.t.Context(), &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}}, metav1.CreateOptions{})
	m.must(err)
	node.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: address}}
	node.Status.DaemonEndpoints.KubeletEndpoint.Port = int32(listener.Addr().(*net.TCPAddr).Port)
	_, err = clientset.CoreV1().Nodes().UpdateStatus(m.t.Context(), node, metav1.UpdateOptions{})
	m.must(err)
	return node.Name
}

// runAgent runs an agent with the files that a kubelet would give it.
func (m *machine) runAgent(clientset kubernetes.Interface, agent *appsv1.Deployment) {
	m.t.Helper()
	dir := m.t.TempDir()
	pod := agent.Spec.Template.Spec
	local := func(text string) string {
		return strings.ReplaceAll(text, pod.Containers[0].VolumeMounts[0].MountPath, dir)
	}
	for _, source := range pod.Volumes[0].Projected.Sources {
		if source.ConfigMap != nil {
			config, err := clientset.CoreV1().ConfigMaps(agent.Namespace).Get(m.t.Context(), source.ConfigMap.Name, metav1.GetOptions{})
			m.must(err)
			for key, value := range config.Data {
				m.write(filepath.Join(dir, key), []byte(local(value)))
			}
			continue
		}
		request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: source.ServiceAccountToken.ExpirationSeconds}}
		if audience := source.ServiceAccountToken.Audience; audience != "" {
			request.Spec.Audiences = []string{audience}
		}
		token, err := clientset.CoreV1().ServiceAccounts(agent.Namespace).CreateToken(m.t.Context(), pod.ServiceAccountName, request, metav1.CreateOptions{})
		m.must(err)
		m.write(filepath.Join(dir, source.ServiceAccountToken.Path), []byte(token.Status.Token))
	}
	args := make([]string, 0, len(pod.Containers[0].Args)+2)
	for _, arg := range pod.Containers[0].Args {
		args = append(args, local(arg))
	}
	args = append(args, fmt.Sprintf("--health-server-port=%d", freePort(m.t)), fmt.Sprintf("--admin-server-port=%d", freePort(m.t)))
	m.start(filepath.Base(pod.Containers[0].Command[0]), args...)
}

// hostAddress is an address of this machine that is not of the loopback device, which API servers refuse to call.
func hostAddress(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		if ip, ok := address.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() && ip.IP.To4() != nil {
			return ip.IP.String()
		}
	}
	t.Skip("this machine has no address but that of the loopback device")
	return ""
}

// runSidecars runs the sidecars of a pod, as far as there are programs for them.
func (m *machine) runSidecars(pod corev1.PodSpec, root string) {
	m.t.Helper()
	for _, container := range pod.InitContainers {
		program := filepath.Base(container.Command[0])
		if ptr.Deref(container.RestartPolicy, "") != corev1.ContainerRestartPolicyAlways {
			m.t.Fatalf("%s is no sidecar", container.Name)
		}
		if _, err := os.Stat(filepath.Join(m.parts, program)); err != nil {
			continue
		}
		var args []string
		for _, arg := range container.Args {
			args = append(args, m.localize(arg, root))
		}
		args = append(args, fmt.Sprintf("--agent-port=%d", m.tunnel),
			fmt.Sprintf("--admin-port=%d", freePort(m.t)), fmt.Sprintf("--health-port=%d", freePort(m.t)))
		m.start(program, args...)
	}
}

// konnectivitySockets is where the API server and its sidecar meet.
const konnectivitySockets = "/run/konnectivity"

// socketDir is a folder with a path that is short enough for sockets.
func socketDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "s") //nolint:usetesting // The folder of a test has a long name.
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
