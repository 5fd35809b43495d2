// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
)

const (
	// pollInterval is short because every control plane waits for it; the
	// sidecar answers from memory.
	pollInterval = 100 * time.Millisecond
	// retryInterval spaces what failed: a restore that cannot work must not
	// be tried ten times a second.
	retryInterval = time.Second
	// requestTimeout bounds one request. The sidecar spends up to 12 s in
	// /config looking for members that are not there yet.
	requestTimeout = time.Minute
	// configAttempts is how often /config is tried before the container is
	// given back to the kubelet.
	configAttempts = 5
	// bodyLimit bounds what is read of an answer; a configuration has a few KiB.
	bodyLimit = 1 << 20
)

// validationMode says how thoroughly the sidecar looks at the data directory.
type validationMode string

const (
	validateFully  validationMode = "full"
	validateSanity validationMode = "sanity"
)

// sidecar is the client of the backup sidecar's HTTP interface.
type sidecar struct {
	base string // scheme and host
	http *http.Client
	log  *slog.Logger
}

// newSidecar connects lazily; it fails only if certificate files are unusable.
func newSidecar(o options, log *slog.Logger) (*sidecar, error) {
	s := &sidecar{base: "http://" + o.sidecarHostPort, log: log, http: &http.Client{Timeout: requestTimeout}}
	if !o.sidecarTLS {
		return s, nil
	}
	// TLSInfo reads the key pair from its files at each handshake.
	tls, err := transport.TLSInfo{
		TrustedCAFile: o.sidecarCA, CertFile: o.clientCert, KeyFile: o.clientKey,
	}.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("certificates towards the sidecar: %w", err)
	}
	s.base = "https://" + o.sidecarHostPort
	s.http.Transport = &http.Transport{TLSClientConfig: tls, ForceAttemptHTTP2: true}
	return s, nil
}

// initialize has the sidecar validate the data directory, and restore it if it
// must, until that succeeds or ctx ends. The sidecar may not be up yet, and
// reports each success or failure exactly once, then starts over at "New".
func (s *sidecar) initialize(ctx context.Context, mode validationMode) error {
	var lastProblem string
	for {
		wait := pollInterval
		status, err := s.get(ctx, "/initialization/status", nil)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			if problem := err.Error(); problem != lastProblem {
				s.log.Info("backup sidecar does not answer yet", "error", problem)
				lastProblem = problem
			}
		case status == "New":
			if _, err := s.get(ctx, "/initialization/start", url.Values{"mode": {string(mode)}}); err != nil {
				s.log.Info("starting initialization failed", "error", err.Error())
				wait = retryInterval
			}
		case status == "Successful":
			return nil
		case status == "Failed":
			s.log.Error("backup sidecar failed to initialize the data directory; trying again")
			wait = retryInterval
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// config fetches etcd's configuration file.
func (s *sidecar) config(ctx context.Context) (string, error) {
	var errs []error
	for range configAttempts {
		config, err := s.get(ctx, "/config", nil)
		if err == nil && config == "" {
			err = errors.New("backup sidecar answered an empty configuration")
		}
		if err == nil {
			return config, nil
		}
		errs = append(errs, err)
		if err := sleep(ctx, retryInterval); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("no configuration after %d attempts: %w", configAttempts, errors.Join(errs...))
}

// get returns the trimmed body of an answer with status 200.
func (s *sidecar) get(ctx context.Context, path string, query url.Values) (string, error) {
	target := s.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return "", err
	}
	response, err := s.http.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyLimit))
	if err != nil {
		return "", fmt.Errorf("read answer of %s: %w", path, err)
	}
	text := strings.TrimSpace(string(body))
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s: %s", path, response.Status, text)
	}
	return text, nil
}

// sleep waits for d, or returns the cause that ended ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
