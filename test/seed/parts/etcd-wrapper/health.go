// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

// probeTimeout is just under the kubelet's default probe timeout of one
// second, so that the kubelet sees an answer and not a broken connection.
const probeTimeout = 900 * time.Millisecond

// health serves /readyz and /stop.
type health struct {
	client *clientv3.Client
	server *http.Server
	failed chan error // receives at most one error, if serving ends by itself
}

// serveHealth starts the server. It speaks HTTPS with etcd's server
// certificate if and only if etcd serves its clients over TLS; callers (the
// kubelet, the sidecar) show no certificate of their own.
func serveHealth(o options, config *embed.Config, stop context.CancelCauseFunc, log *slog.Logger) (*health, error) {
	secure := !config.ClientTLSInfo.Empty()
	client, err := newClient(o, config, secure)
	if err != nil {
		return nil, err
	}
	h := &health{client: client, failed: make(chan error, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", h.readyz)
	mux.HandleFunc("POST /stop", func(w http.ResponseWriter, _ *http.Request) {
		log.Info("stop requested over HTTP")
		w.WriteHeader(http.StatusOK)
		stop(errStopRequested)
	})
	h.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}

	listener, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(o.wrapperPort)))
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	serve := func() error { return h.server.Serve(listener) }
	if secure {
		// Without a CA file TLSInfo asks for no client certificate. It reads
		// the key pair from its files at each handshake.
		own := transport.TLSInfo{CertFile: config.ClientTLSInfo.CertFile, KeyFile: config.ClientTLSInfo.KeyFile}
		if h.server.TLSConfig, err = own.ServerConfig(); err != nil {
			return nil, errors.Join(fmt.Errorf("certificate of /readyz: %w", err), listener.Close(), client.Close())
		}
		serve = func() error { return h.server.ServeTLS(listener, "", "") }
	}
	go func() {
		if err := serve(); !errors.Is(err, http.ErrServerClosed) {
			h.failed <- err
		}
	}()
	return h, nil
}

// newClient returns a client of this member alone, over the listener and with
// the certificates that others use, so that ready means reachable.
func newClient(o options, config *embed.Config, secure bool) (*clientv3.Client, error) {
	clientConfig := clientv3.Config{
		Endpoints: []string{o.clientEndpoint(secure)},
		Logger:    zap.NewNop(), // /readyz reports what matters of it
	}
	if secure {
		tls, err := transport.TLSInfo{
			CertFile: o.clientCert, KeyFile: o.clientKey,
			TrustedCAFile: config.ClientTLSInfo.TrustedCAFile, ServerName: o.serverName,
		}.ClientConfig()
		if err != nil {
			return nil, fmt.Errorf("certificates towards etcd: %w", err)
		}
		clientConfig.TLS = tls
	}
	return clientv3.New(clientConfig)
}

// readyz answers 200 if a linearizable read, one that needs a quorum, works.
func (h *health) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), probeTimeout)
	defer cancel()
	if _, err := h.client.Get(ctx, "foo"); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// close is idempotent. Answers under way, such as that of /stop, are finished.
func (h *health) close() {
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	_ = h.server.Shutdown(ctx)
	_ = h.client.Close()
}
