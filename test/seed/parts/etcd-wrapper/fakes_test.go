// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// fakeSidecar plays the backup sidecar: it answers /initialization/status with
// the given statuses in order, repeating the last one, and /config with the
// given answers likewise. The empty configuration is answered with status 500.
type fakeSidecar struct {
	statuses []string
	configs  []string

	mu    sync.Mutex
	modes []string // of the initializations started
	calls map[string]int
}

func (f *fakeSidecar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	call := f.calls[r.URL.Path]
	f.calls[r.URL.Path]++
	switch r.URL.Path {
	case "/initialization/status":
		_, _ = w.Write([]byte(f.statuses[min(call, len(f.statuses)-1)]))
	case "/initialization/start":
		f.modes = append(f.modes, r.URL.Query().Get("mode"))
	case "/config":
		config := f.configs[min(call, len(f.configs)-1)]
		if config == "" {
			http.Error(w, "no home directory", http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte(config))
	}
}

func (f *fakeSidecar) startedModes() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.modes...)
}

// testPKI is one authority with its file, for server and client certificates.
type testPKI struct {
	dir    string
	caFile string
	ca     *x509.Certificate
	key    *ecdsa.PrivateKey
}

func newTestPKI(t *testing.T) *testPKI {
	t.Helper()
	p := &testPKI{dir: t.TempDir()}
	p.key = newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, p.key.Public(), p.key)
	must(t, err)
	p.ca, err = x509.ParseCertificate(der)
	must(t, err)
	p.caFile = filepath.Join(p.dir, "ca.crt")
	writePEM(t, p.caFile, "CERTIFICATE", der)
	return p
}

// issue writes name.crt and name.key, valid for localhost as server and client.
func (p *testPKI) issue(t *testing.T, name string, serial int64) (cert, key string) {
	t.Helper()
	private := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, p.ca, private.Public(), p.key)
	must(t, err)
	keyDER, err := x509.MarshalECPrivateKey(private)
	must(t, err)
	cert, key = filepath.Join(p.dir, name+".crt"), filepath.Join(p.dir, name+".key")
	writePEM(t, cert, "CERTIFICATE", der)
	writePEM(t, key, "EC PRIVATE KEY", keyDER)
	return cert, key
}

// serve starts the fake over TLS and demands a client certificate.
func (p *testPKI) serve(t *testing.T, f *fakeSidecar) *httptest.Server {
	t.Helper()
	cert, key := p.issue(t, "sidecar", 2)
	pair, err := tls.LoadX509KeyPair(cert, key)
	must(t, err)
	server := httptest.NewUnstartedServer(f)
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: p.pool(),
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func (p *testPKI) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(p.ca)
	return pool
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return key
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	must(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
