// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package components_test

import (
	"bytes"
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/etcd"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubeapiserver"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubecontrollermanager"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubescheduler"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// patience is for machines that are busy with something else.
const patience = 2 * time.Minute

func TestRealBinariesRunWhatComponentsRender(t *testing.T) {
	cases := map[string]struct{ input, version, suffix string }{
		"defaults of the newest version":      {input: "default", version: "v1.36.3"},
		"every setting of the newest version": {input: "full", version: "v1.36.3"},
		"defaults of the oldest version":      {input: "default", version: "v1.35.4", suffix: "-1.35"},
		"every setting of the oldest version": {input: "full", version: "v1.35.4", suffix: "-1.35"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in := golden.ReadInput(t, filepath.Join("kubeapiserver", "testdata", c.input, "input.yaml"))
			for _, other := range []string{"kubecontrollermanager", "kubescheduler"} {
				settings := golden.ReadInput(t, filepath.Join(other, "testdata", c.input, "input.yaml")).Configuration
				if other == "kubescheduler" {
					in.Configuration.Scheduler = settings.Scheduler
				} else {
					in.Configuration.ControllerManager = settings.ControllerManager
				}
			}
			in.Version = c.version
			m := newMachine(t, in, c.suffix)
			m.runEtcd(etcd.New(etcd.Main), m.main)
			m.runEtcd(etcd.New(etcd.Events), m.events)
			m.run(kubeapiserver.New())
			client := m.waitForAPIServer()
			m.expectNobodyAnonymous()
			m.expectStorage(client, len(in.Configuration.APIServer.Encryption.Resources) > 0)

			m.run(kubecontrollermanager.New())
			m.run(kubescheduler.New())
			for _, controller := range []string{wiring.KubeControllerManager, wiring.KubeScheduler} {
				m.eventually("leadership of "+controller, func(ctx context.Context) bool {
					lease, err := client.CoordinationV1().Leases(metav1.NamespaceSystem).Get(ctx, controller, metav1.GetOptions{})
					return err == nil && lease.Spec.HolderIdentity != nil && *lease.Spec.HolderIdentity != ""
				})
			}
			m.eventually("the trusted authority in a namespace", func(ctx context.Context) bool {
				trusted, err := client.CoreV1().ConfigMaps("default").Get(ctx, "kube-root-ca.crt", metav1.GetOptions{})
				return err == nil && trusted.Data["ca.crt"] == in.Keys.Bundles[pki.ClusterCA]
			})
		})
	}
}

func TestWorkerlessControlPlanesServeAnAPIAlone(t *testing.T) {
	for version, suffix := range map[string]string{"v1.36.3": "", "v1.35.4": "-1.35"} {
		t.Run(version, func(t *testing.T) {
			in := golden.ReadInput(t, filepath.Join("kubecontrollermanager", "testdata", "workerless", "input.yaml"))
			in.Version = version
			m := newMachine(t, in, suffix)
			m.runEtcd(etcd.New(etcd.Main), m.main)
			m.runEtcd(etcd.New(etcd.Events), m.events)
			m.run(kubeapiserver.New())
			client := m.waitForAPIServer()
			for _, version := range []string{"apps/v1", "batch/v1", "policy/v1", "autoscaling/v2"} {
				if list, err := client.Discovery().ServerResourcesForGroupVersion(version); err == nil {
					t.Errorf("%s is served: %v", version, list.APIResources)
				}
			}
			m.run(kubecontrollermanager.New())
			m.eventually("the trusted authority in a namespace", func(ctx context.Context) bool {
				trusted, err := client.CoreV1().ConfigMaps("default").Get(ctx, "kube-root-ca.crt", metav1.GetOptions{})
				return err == nil && trusted.Data["ca.crt"] == in.Keys.Bundles[pki.ClusterCA]
			})
			ctx := t.Context()
			_, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team"}}, metav1.CreateOptions{})
			m.must(err)
			m.eventually("service account in a new namespace", func(ctx context.Context) bool {
				_, err := client.CoreV1().ServiceAccounts("team").Get(ctx, "default", metav1.GetOptions{})
				return err == nil
			})
			m.must(client.CoreV1().Namespaces().Delete(ctx, "team", metav1.DeleteOptions{}))
			m.eventually("end of a deleted namespace", func(ctx context.Context) bool {
				_, err := client.CoreV1().Namespaces().Get(ctx, "team", metav1.GetOptions{})
				return apierrors.IsNotFound(err)
			})
		})
	}
}

func TestAResourceThatIsNoLongerEncryptedStaysReadable(t *testing.T) {
	in := golden.ReadInput(t, filepath.Join("kubeapiserver", "testdata", "default", "input.yaml"))
	in.Configuration.APIServer.Encryption.Resources = []string{"configmaps"}
	m := newMachine(t, in, "")
	m.runEtcd(etcd.New(etcd.Main), m.main)
	m.runEtcd(etcd.New(etcd.Events), m.events)
	stop := m.run(kubeapiserver.New())
	m.expectStorage(m.waitForAPIServer(), true)
	stop()

	in.Configuration.APIServer.Encryption.Resources = nil
	m.run(kubeapiserver.New())
	client := m.waitForAPIServer()
	ctx := t.Context()
	config, err := client.CoreV1().ConfigMaps("default").Get(ctx, "plain", metav1.GetOptions{})
	if err != nil {
		t.Fatalf("what was encrypted is no longer readable: %v", err)
	}
	config.Data["note"] = "changed"
	if _, err := client.CoreV1().ConfigMaps("default").Update(ctx, config, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if raw := m.stored(m.main, "/registry/configmaps/default/plain"); bytes.HasPrefix(raw, []byte("k8s:enc:")) {
		t.Error("a ConfigMap is encrypted although it is no longer among the resources")
	}
}

// waitForAPIServer waits as the startup probe does, and returns a client for administrators.
func (m *machine) waitForAPIServer() kubernetes.Interface {
	m.t.Helper()
	probe, err := rest.HTTPClientFor(&rest.Config{
		BearerToken:     m.in.Keys.HealthCheckToken,
		TLSClientConfig: rest.TLSClientConfig{CAData: []byte(m.in.Keys.Bundles[pki.ClusterCA])},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	m.eventually("readiness of the API server", func(ctx context.Context) bool { return m.status(ctx, probe, "/readyz") == http.StatusOK })
	if status := m.status(m.t.Context(), probe, "/livez?exclude=etcd"); status != http.StatusOK {
		m.t.Errorf("the liveness probe gets status %d", status)
	}
	if m.status(m.t.Context(), probe, "/api/v1/secrets") == http.StatusOK {
		m.t.Error("the identity of the health check may read Secrets")
	}
	kubeconfig, err := pki.AdminKubeconfig(m.in.ClusterName, m.url(), m.roots, time.Now())
	if err != nil {
		m.t.Fatal(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	if err != nil {
		m.t.Fatal(err)
	}
	return kubernetes.NewForConfigOrDie(config)
}

func (m *machine) expectNobodyAnonymous() {
	m.t.Helper()
	anonymous, err := rest.HTTPClientFor(&rest.Config{
		TLSClientConfig: rest.TLSClientConfig{CAData: []byte(m.in.Keys.Bundles[pki.ClusterCA])},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	if status := m.status(m.t.Context(), anonymous, "/readyz"); status != http.StatusUnauthorized {
		m.t.Errorf("an anonymous request gets status %d, want %d", status, http.StatusUnauthorized)
	}
}

// expectStorage writes a Secret, a ConfigMap and an Event and looks where and how they are stored.
func (m *machine) expectStorage(client kubernetes.Interface, configMapsEncrypted bool) {
	m.t.Helper()
	ctx := m.t.Context()
	meta := metav1.ObjectMeta{Name: "plain", Namespace: "default"}
	m.eventually("namespace default", func(ctx context.Context) bool {
		_, err := client.CoreV1().Namespaces().Get(ctx, "default", metav1.GetOptions{})
		return err == nil
	})
	_, err := client.CoreV1().Secrets("default").Create(ctx, &corev1.Secret{ObjectMeta: meta, StringData: map[string]string{"note": "hidden"}}, metav1.CreateOptions{})
	m.must(err)
	_, err = client.CoreV1().ConfigMaps("default").Create(ctx, &corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"note": "seen"}}, metav1.CreateOptions{})
	m.must(err)
	_, err = client.CoreV1().Events("default").Create(ctx, &corev1.Event{ObjectMeta: meta, InvolvedObject: corev1.ObjectReference{Namespace: "default"}}, metav1.CreateOptions{})
	m.must(err)

	provider := m.in.Configuration.APIServer.Encryption.Provider
	if provider == "" {
		provider = "aescbc"
	}
	encrypted := []byte("k8s:enc:" + string(provider) + ":v1:" + m.in.Keys.Encryption[0].Name)
	if raw := m.stored(m.main, "/registry/secrets/default/plain"); !bytes.HasPrefix(raw, encrypted) {
		m.t.Errorf("a Secret is stored as %.40q, want it to begin with %q", raw, encrypted)
	}
	if raw := m.stored(m.main, "/registry/configmaps/default/plain"); bytes.HasPrefix(raw, encrypted) != configMapsEncrypted {
		m.t.Errorf("a ConfigMap is stored as %.40q; is it among the encrypted resources: %t", raw, configMapsEncrypted)
	}
	if len(m.stored(m.events, "/registry/events/default/plain")) == 0 {
		m.t.Error("an Event is not stored in etcd-events")
	}
	if raw := m.stored(m.main, "/registry/events/default/plain"); len(raw) > 0 {
		m.t.Error("an Event is stored in etcd-main")
	}
}

// stored returns the bytes in etcd, as the sidecar sees them.
func (m *machine) stored(port int, key string) []byte {
	m.t.Helper()
	dir := m.t.TempDir()
	m.issue(m.prepare(etcd.New(etcd.Main)), wiring.EtcdMain+"-client", dir)
	m.write(filepath.Join(dir, wiring.CABundleKey), []byte(m.in.Keys.Bundles[pki.EtcdCA]))
	output, err := exec.CommandContext(m.t.Context(), filepath.Join(m.parts, "etcdctl"), "get", key, "--print-value-only",
		"--endpoints=https://localhost:"+strconv.Itoa(port), "--cacert="+filepath.Join(dir, wiring.CABundleKey),
		"--cert="+filepath.Join(dir, pki.CertificateData), "--key="+filepath.Join(dir, pki.PrivateKeyData)).Output()
	m.must(err)
	return output
}

func (m *machine) status(ctx context.Context, client *http.Client, path string) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url()+path, nil)
	m.must(err)
	response, err := client.Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func (m *machine) eventually(what string, done func(context.Context) bool) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	for !done(ctx) {
		select {
		case <-ctx.Done():
			m.t.Fatalf("there is no %s after %s", what, patience)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}
