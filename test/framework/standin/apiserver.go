// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// servingSecret is where components keep the certificate of the API server.
const servingSecret = "kube-apiserver-server"

// addresses counts the loopback addresses that are in use, in all seeds of the process.
var addresses atomic.Int32

// apiServer is the hosted API server, as far as a probe sees it.
type apiServer struct {
	address string
	http    *http.Server
}

func (s *Seed) startServer(ctx context.Context, service client.ObjectKey, port int32) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if running, ok := s.servers[service]; ok {
		return running.address, nil
	}
	n := addresses.Add(1)
	address := fmt.Sprintf("127.77.%d.%d", n/250, n%250+1)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(address, strconv.Itoa(int(port))))
	if err != nil {
		return "", err
	}
	server := &http.Server{
		ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
			switch {
			case request.URL.Path != "/readyz":
				http.NotFound(w, request)
			case s.holds(service.Namespace, APIServers):
				http.Error(w, "held by a test", http.StatusServiceUnavailable)
			case request.Header.Get("Authorization") == "":
				http.Error(w, "anonymous", http.StatusUnauthorized)
			}
		}),
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				return s.servingCertificate(service.Namespace)
			},
		},
	}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	s.servers[service] = &apiServer{address: address, http: server}
	return address, nil
}

func (s *Seed) servingCertificate(namespace string) (*tls.Certificate, error) {
	secret := &corev1.Secret{}
	if err := s.client.Get(context.Background(), client.ObjectKey{Namespace: namespace, Name: servingSecret}, secret); err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	return &pair, err
}

func (s *Seed) stopServer(service client.ObjectKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if running, ok := s.servers[service]; ok {
		_ = running.http.Close()
		delete(s.servers, service)
	}
}
