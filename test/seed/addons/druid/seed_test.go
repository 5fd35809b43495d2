// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package druid_test

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"testing"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/util/cert"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/objectstore"
)

const readyTimeout = 3 * time.Minute

// TestAnEtcdOverTLS needs a running seed with the addons druid and objectstore:
// KUBECEPTION_SEED=<state folder> go test -v -run TestAnEtcdOverTLS .
// With -v it prints when each stage of the start was reached.
func TestAnEtcdOverTLS(t *testing.T) {
	state := os.Getenv("KUBECEPTION_SEED")
	if state == "" {
		t.Skip("KUBECEPTION_SEED does not name the state folder of a running seed")
	}
	s, err := seed.Open(state)
	must(t, err)
	f := newFixture(t, s)
	start := time.Now()
	must(t, f.client.Create(t.Context(), f.etcd()))

	f.watchStart(t, start)
	if t.Failed() {
		return
	}
	f.awaitFullSnapshot(t, start)
	f.awaitCleanRestart(t)
}

// fixture is a namespace with the certificates of an etcd called etcd-main.
type fixture struct {
	client    client.Client
	clientset kubernetes.Interface
	namespace string
}

func newFixture(t *testing.T, s *seed.Seed) *fixture {
	t.Helper()
	scheme := runtime.NewScheme()
	must(t, clientgoscheme.AddToScheme(scheme))
	must(t, druidv1alpha1.AddToScheme(scheme))
	f := &fixture{namespace: fmt.Sprintf("druid-test-%d", time.Now().Unix())}
	var err error
	f.client, err = client.New(s.Config, client.Options{Scheme: scheme})
	must(t, err)
	f.clientset, err = kubernetes.NewForConfig(s.Config)
	must(t, err)

	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: f.namespace, Labels: map[string]string{"pod-security.kubernetes.io/enforce": "baseline"},
	}}
	must(t, f.client.Create(t.Context(), namespace))
	t.Cleanup(func() {
		if t.Failed() && os.Getenv("KEEP_FAILED") != "" {
			return
		}
		// druid holds the Secrets with finalizers until the Etcd is gone.
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		etcd := f.etcd()
		_ = f.client.Delete(ctx, etcd)
		_ = wait.PollUntilContextCancel(ctx, time.Second, true, func(ctx context.Context) (bool, error) {
			return f.client.Get(ctx, client.ObjectKeyFromObject(etcd), etcd) != nil, nil
		})
		must(t, f.client.Delete(ctx, namespace))
	})

	for _, secret := range certificates(t, f.namespace) {
		must(t, f.client.Create(t.Context(), secret))
	}
	must(t, f.client.Create(t.Context(), objectstore.BackupSecret(f.namespace, "backup")))
	return f
}

// etcd has everything a control plane's main etcd has: TLS towards clients,
// peers and the sidecar, and backups.
func (f *fixture) etcd() *druidv1alpha1.Etcd {
	tls := druidv1alpha1.TLSConfig{
		TLSCASecretRef:     druidv1alpha1.SecretReference{SecretReference: corev1.SecretReference{Name: "ca"}, DataKey: ptr.To("bundle.crt")},
		ServerTLSSecretRef: corev1.SecretReference{Name: "server"},
		ClientTLSSecretRef: corev1.SecretReference{Name: "client"},
	}
	labels := map[string]string{"app": "etcd-main"}
	return &druidv1alpha1.Etcd{
		ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: "etcd-main"},
		Spec: druidv1alpha1.EtcdSpec{
			Replicas: 1, Labels: labels, Selector: &metav1.LabelSelector{MatchLabels: labels},
			StorageCapacity: ptr.To(resource.MustParse("1Gi")),
			Etcd: druidv1alpha1.EtcdConfig{
				ClientUrlTLS: &tls, PeerUrlTLS: &druidv1alpha1.PeerTLSConfig{TLSConfig: tls},
				HeartbeatDuration: &metav1.Duration{Duration: 5 * time.Second},
			},
			Backup: druidv1alpha1.BackupSpec{
				TLS: &tls,
				Store: &druidv1alpha1.StoreSpec{
					Provider: ptr.To(druidv1alpha1.StorageProvider("S3")), Container: ptr.To(objectstore.Bucket),
					Prefix: f.namespace + "/etcd-main", SecretRef: &corev1.SecretReference{Name: "backup", Namespace: f.namespace},
					EndpointOverride: ptr.To(objectstore.Endpoint),
				},
				// druid 0.38.1 computes BackupReady from both and crashes, with all
				// its controllers, if there is a store and no period.
				FullSnapshotSchedule: ptr.To("0 3 * * *"),
				DeltaSnapshotPeriod:  &metav1.Duration{Duration: 5 * time.Minute},
			},
		},
	}
}

// watchStart notes when each stage is seen first, until the Etcd is ready and
// its pod is, or the time is over.
func (f *fixture) watchStart(t *testing.T, start time.Time) {
	t.Helper()
	seen := map[string]bool{}
	note := func(stage string, reached bool) bool {
		if reached && !seen[stage] {
			seen[stage] = true
			t.Logf("%6.1fs  %s", time.Since(start).Seconds(), stage)
		}
		return seen[stage]
	}
	pod, etcd := &corev1.Pod{}, f.etcd()
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, readyTimeout, true, func(ctx context.Context) (bool, error) {
		if f.client.Get(ctx, client.ObjectKey{Namespace: f.namespace, Name: "etcd-main-0"}, pod) == nil {
			note("pod created", true)
			for _, condition := range pod.Status.Conditions {
				note("pod: "+string(condition.Type), condition.Status == corev1.ConditionTrue)
			}
			for _, c := range pod.Status.ContainerStatuses {
				note("container runs: "+c.Name, c.State.Running != nil)
			}
		}
		if !seen["etcd serves clients"] && seen["container runs: etcd"] {
			note("etcd serves clients", len(f.wrapperLog(ctx, "etcd serves clients")) > 0)
		}
		if err := f.client.Get(ctx, client.ObjectKeyFromObject(etcd), etcd); err != nil {
			return false, err
		}
		for _, condition := range etcd.Status.Conditions {
			note("Etcd: "+string(condition.Type), condition.Status == druidv1alpha1.ConditionTrue)
		}
		return seen["Etcd: Ready"] && seen["Etcd: AllMembersReady"] && seen["pod: Ready"], nil
	})
	if err != nil {
		t.Errorf("not ready: %v; conditions %+v; errors %+v", err, etcd.Status.Conditions, etcd.Status.LastErrors)
	}
	for _, line := range f.wrapperLog(t.Context(), "") {
		if line["took"] != nil || line["after"] != nil {
			t.Logf("wrapper: %v; took %v, after %v", line["msg"], line["took"], line["after"])
		}
	}
}

// awaitFullSnapshot waits until the sidecar has recorded one.
func (f *fixture) awaitFullSnapshot(t *testing.T, start time.Time) {
	t.Helper()
	lease := &coordinationv1.Lease{}
	err := wait.PollUntilContextTimeout(t.Context(), 200*time.Millisecond, readyTimeout, true, func(ctx context.Context) (bool, error) {
		err := f.client.Get(ctx, client.ObjectKey{Namespace: f.namespace, Name: "etcd-main-full-snap"}, lease)
		return err == nil && lease.Spec.HolderIdentity != nil, client.IgnoreNotFound(err)
	})
	if err != nil {
		t.Errorf("no full snapshot: %v", err)
		return
	}
	t.Logf("%6.1fs  full snapshot of revision %s", time.Since(start).Seconds(), *lease.Spec.HolderIdentity)
}

// awaitCleanRestart deletes the pod and wants its successor to trust the data.
func (f *fixture) awaitCleanRestart(t *testing.T) {
	t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, Name: "etcd-main-0"}}
	must(t, f.client.Get(t.Context(), client.ObjectKeyFromObject(pod), pod))
	old, start := pod.UID, time.Now()
	must(t, f.client.Delete(t.Context(), pod))
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, readyTimeout, true, func(ctx context.Context) (bool, error) {
		err := f.client.Get(ctx, client.ObjectKeyFromObject(pod), pod)
		return err == nil && pod.UID != old && len(f.wrapperLog(ctx, "etcd serves clients")) > 0, client.IgnoreNotFound(err)
	})
	must(t, err)
	t.Logf("%6.1fs  from the deletion of the pod until etcd serves again", time.Since(start).Seconds())
	for _, line := range f.wrapperLog(t.Context(), "data directory is initialized") {
		if line["validation"] != "sanity" {
			t.Errorf("after a clean stop the data was validated in mode %v", line["validation"])
		}
	}
}

// wrapperLog returns the lines of the wrapper with the given message, or all.
func (f *fixture) wrapperLog(ctx context.Context, message string) []map[string]any {
	stream, err := f.clientset.CoreV1().Pods(f.namespace).GetLogs("etcd-main-0", &corev1.PodLogOptions{Container: "etcd"}).Stream(ctx)
	if err != nil {
		return nil
	}
	defer stream.Close()
	var lines []map[string]any
	for scanner := bufio.NewScanner(stream); scanner.Scan(); {
		line := map[string]any{}
		if json.Unmarshal(scanner.Bytes(), &line) == nil && line["logger"] == "etcd-wrapper-standin" &&
			(message == "" || line["msg"] == message) {
			lines = append(lines, line)
		}
	}
	return lines
}

// certificates returns Secrets ca, server and client for everything.
func certificates(t *testing.T, namespace string) []client.Object {
	t.Helper()
	key := newKey(t)
	ca, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "etcd"}, key)
	must(t, err)
	names := []string{"etcd-main-local", "localhost"}
	for _, service := range []string{"etcd-main-client", "*.etcd-main-peer"} {
		names = append(names, service, service+"."+namespace, service+"."+namespace+".svc", service+"."+namespace+".svc.cluster.local")
	}
	bundle := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})
	secret := func(name string, data map[string][]byte) client.Object {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Data: data}
	}
	secrets := []client.Object{secret("ca", map[string][]byte{"bundle.crt": bundle})}
	for i, name := range []string{"server", "client"} {
		leafKey := newKey(t)
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
			SerialNumber: big.NewInt(int64(i + 2)), Subject: pkix.Name{CommonName: name}, DNSNames: names,
			NotBefore: ca.NotBefore, NotAfter: ca.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		}, ca, leafKey.Public(), key)
		must(t, err)
		keyDER, err := x509.MarshalPKCS8PrivateKey(leafKey)
		must(t, err)
		secrets = append(secrets, secret(name, map[string][]byte{
			"tls.crt": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
			"tls.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
		}))
	}
	return secrets
}

func newKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return key
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
