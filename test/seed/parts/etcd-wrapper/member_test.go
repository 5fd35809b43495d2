// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestAMemberOverTLS runs a whole life: a first start with full validation, a
// renewed certificate, a stop by signal, and a second start that trusts the
// note and is ended by POST /stop.
func TestAMemberOverTLS(t *testing.T) {
	pki := newTestPKI(t)
	volume := t.TempDir()
	o := options{
		sidecarTLS: true, sidecarCA: pki.caFile, serverName: "localhost",
		clientPort: freePort(t), wrapperPort: freePort(t), volume: volume,
	}
	o.clientCert, o.clientKey = pki.issue(t, "client", 3)
	serverCert, serverKey := pki.issue(t, "server", 4)
	fake := &fakeSidecar{
		statuses: []string{"New", "Successful", "New", "Successful"},
		configs:  []string{etcdConfig(o, freePort(t), pki.caFile, serverCert, serverKey)},
	}
	_, port, err := net.SplitHostPort(pki.serve(t, fake).Listener.Addr().String())
	must(t, err)
	o.sidecarHostPort = net.JoinHostPort("localhost", port)

	first := startMember(t, o)
	serial := first.waitReady(t, pki)
	if serial != 4 {
		t.Errorf("/readyz shows certificate %d, want etcd's server certificate 4", serial)
	}
	pki.issue(t, "server", 5)
	if serial := first.waitReady(t, pki); serial != 5 {
		t.Errorf("/readyz shows certificate %d after renewal, want 5", serial)
	}
	first.signals <- syscall.SIGTERM
	must(t, <-first.done)
	note, err := os.ReadFile(filepath.Join(volume, "exit_code"))
	if err != nil || string(note) != "terminated" {
		t.Errorf("note %q, %v; want terminated", note, err)
	}

	second := startMember(t, o)
	second.waitReady(t, pki)
	if _, err := os.Stat(filepath.Join(volume, "exit_code")); !os.IsNotExist(err) {
		t.Errorf("the note outlived the start that used it: %v", err)
	}
	if status := second.request(t, pki, http.MethodGet, "/stop"); status != http.StatusMethodNotAllowed {
		t.Errorf("GET /stop answered %d", status)
	}
	if status := second.request(t, pki, http.MethodPost, "/stop"); status != http.StatusOK {
		t.Errorf("POST /stop answered %d", status)
	}
	must(t, <-second.done)
	if got := fmt.Sprint(fake.startedModes()); got != "[full sanity]" {
		t.Errorf("validations %s, want [full sanity]", got)
	}
}

type member struct {
	o       options
	signals chan os.Signal
	done    chan error
}

func startMember(t *testing.T, o options) *member {
	t.Helper()
	m := &member{o: o, signals: make(chan os.Signal, 1), done: make(chan error, 1)}
	ctx, stop := stopOnSignal(context.Background(), m.signals)
	go func() { m.done <- run(ctx, stop, o, quiet) }()
	return m
}

// waitReady returns the serial number of the certificate /readyz is served with.
func (m *member) waitReady(t *testing.T, pki *testPKI) int64 {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-m.done:
			t.Fatalf("the member ended: %v", err)
		default:
		}
		response, err := m.client(pki).Get(m.url("/readyz"))
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return response.TLS.PeerCertificates[0].SerialNumber.Int64()
		}
	}
	t.Fatal("not ready within 30 s")
	return 0
}

func (m *member) request(t *testing.T, pki *testPKI, method, path string) int {
	t.Helper()
	request, err := http.NewRequest(method, m.url(path), nil)
	must(t, err)
	response, err := m.client(pki).Do(request)
	must(t, err)
	response.Body.Close()
	return response.StatusCode
}

func (m *member) url(path string) string {
	return fmt.Sprintf("https://localhost:%d%s", m.o.wrapperPort, path)
}

// client shows no certificate, as the kubelet and the sidecar.
func (m *member) client(pki *testPKI) *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pki.pool()}, DisableKeepAlives: true,
	}}
}

func etcdConfig(o options, peerPort int, ca, cert, key string) string {
	return fmt.Sprintf(`
name: m0
data-dir: %[1]s/new.etcd
listen-client-urls: https://127.0.0.1:%[2]d
advertise-client-urls: https://localhost:%[2]d
listen-peer-urls: http://127.0.0.1:%[3]d
initial-advertise-peer-urls: http://localhost:%[3]d
initial-cluster: m0=http://localhost:%[3]d
log-level: error
client-transport-security:
  cert-file: %[5]s
  key-file: %[6]s
  trusted-ca-file: %[4]s
  client-cert-auth: true
`, o.volume, o.clientPort, peerPort, ca, cert, key)
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
