// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func TestTheDataDirectoryIsInitializedBeforeEtcdIsConfigured(t *testing.T) {
	for name, tc := range map[string]struct {
		statuses  []string
		wantModes []string
	}{
		"a new sidecar is told to start":                 {[]string{"New", "Progress", "Successful"}, []string{"full"}},
		"a running initialization is only waited for":    {[]string{"Progress", "Progress", "Successful"}, nil},
		"a failed initialization is started again":       {[]string{"New", "Failed", "New", "Successful"}, []string{"full", "full"}},
		"an unknown status counts as work in progress":   {[]string{"Restoring", "Successful"}, nil},
		"white space around a status does not matter":    {[]string{"New\n", " Successful\n"}, []string{"full"}},
		"a success that is already there starts nothing": {[]string{"Successful"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &fakeSidecar{statuses: tc.statuses}
			server := httptest.NewServer(fake)
			defer server.Close()
			s, err := newSidecar(options{sidecarHostPort: server.Listener.Addr().String()}, quiet)
			must(t, err)
			must(t, s.initialize(context.Background(), validateFully))
			if got := fake.startedModes(); !slices.Equal(got, tc.wantModes) {
				t.Errorf("started initializations %q, want %q", got, tc.wantModes)
			}
		})
	}
}

func TestTheConfigurationIsFetched(t *testing.T) {
	for name, tc := range map[string]struct {
		configs   []string
		wantCalls int
		wantErr   string
	}{
		"at the first attempt if all is well":      {[]string{"name: a"}, 1, ""},
		"again after an error status":              {[]string{"", "name: a"}, 2, ""},
		"again after an empty answer":              {[]string{" ", "name: a"}, 2, ""},
		"five times before the container gives up": {[]string{""}, 5, "500 Internal Server Error: no home directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakeSidecar{configs: tc.configs}
			server := httptest.NewServer(fake)
			defer server.Close()
			s, err := newSidecar(options{sidecarHostPort: server.Listener.Addr().String()}, quiet)
			must(t, err)
			got, err := s.config(context.Background())
			switch {
			case tc.wantErr == "" && (err != nil || got != "name: a"):
				t.Errorf("got %q, %v", got, err)
			case tc.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tc.wantErr)):
				t.Errorf("error %v, want %q", err, tc.wantErr)
			}
			if calls := fake.calls["/config"]; calls != tc.wantCalls {
				t.Errorf("%d calls, want %d", calls, tc.wantCalls)
			}
		})
	}
}

func TestWaitingForASidecarThatIsNotThereEndsWithTheSignal(t *testing.T) {
	signals := make(chan os.Signal, 1)
	ctx, _ := stopOnSignal(context.Background(), signals)
	s, err := newSidecar(options{sidecarHostPort: "127.0.0.1:1"}, quiet)
	must(t, err)
	signals <- syscall.SIGTERM
	if err := s.initialize(ctx, validateFully); err == nil || err.Error() != "received signal terminated" {
		t.Errorf("got %v", err)
	}
}

func TestTheLastStopDecidesHowThoroughlyDataIsValidated(t *testing.T) {
	for name, tc := range map[string]struct {
		note *string
		want validationMode
	}{
		"first start or crash": {nil, validateFully},
		"stopped by SIGTERM":   {ptr("terminated"), validateSanity},
		"stopped by SIGINT":    {ptr("interrupt\n"), validateSanity},
		"anything else":        {ptr("killed"), validateFully},
		"a note cut short":     {ptr(""), validateFully},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "exit_code")
			if tc.note != nil {
				must(t, os.WriteFile(file, []byte(*tc.note), 0o600))
			}
			if got := validationModeAfter(file); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestTheCommandLineOfDruidIsUnderstood(t *testing.T) {
	for name, tc := range map[string]struct {
		args    string
		want    options
		wantErr string
	}{
		"with TLS": {
			args: "start-etcd --backup-restore-host-port=etcd-main-local:8080 --etcd-server-name=etcd-main-local --backup-restore-tls-enabled=true " +
				"--backup-restore-ca-cert-bundle-path=/ca/ca.crt --etcd-client-cert-path=/c/tls.crt --etcd-client-key-path=/c/tls.key --etcd-client-port=2379 --etcd-wrapper-port=9095",
			want: options{
				sidecarHostPort: "etcd-main-local:8080", sidecarTLS: true, sidecarCA: "/ca/ca.crt", serverName: "etcd-main-local",
				clientCert: "/c/tls.crt", clientKey: "/c/tls.key", clientPort: 2379, wrapperPort: 9095, volume: "/var/etcd/data",
			},
		},
		"without TLS": {
			args: "start-etcd --backup-restore-host-port=x-local:8080 --etcd-server-name=x-local --backup-restore-tls-enabled=false",
			want: options{sidecarHostPort: "x-local:8080", serverName: "x-local", clientPort: 2379, wrapperPort: 9095, volume: "/var/etcd/data"},
		},
		"another command":                {args: "version", wantErr: "not Gardener's etcd-wrapper"},
		"no sidecar":                     {args: "start-etcd", wantErr: "--backup-restore-host-port"},
		"TLS without an authority":       {args: "start-etcd --backup-restore-host-port=x:1 --backup-restore-tls-enabled", wantErr: "ca-cert-bundle-path is required"},
		"a certificate without its key":  {args: "start-etcd --backup-restore-host-port=x:1 --etcd-client-cert-path=/c", wantErr: "go together"},
		"an argument that is not a flag": {args: "start-etcd --backup-restore-host-port=x:1 more", wantErr: `["more"]`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseOptions(strings.Fields(tc.args), io.Discard)
			if tc.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tc.wantErr) {
					t.Errorf("error %v, want %q", err, tc.wantErr)
				}
				return
			}
			if err != nil || got != tc.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }
