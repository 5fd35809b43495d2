// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"strconv"
)

const usage = `etcd-wrapper-standin: a clean-room stand-in for etcd-druid's etcd container, for tests only.
It is not Gardener's etcd-wrapper; use the upstream image in production.

Usage: etcd-wrapper-standin start-etcd [flags]`

// options are the flags etcd-druid passes, and where the data volume is.
type options struct {
	sidecarHostPort string // host:port of the backup sidecar
	sidecarTLS      bool   // whether the sidecar speaks HTTPS
	sidecarCA       string // file with the authorities that sign the sidecar's certificate
	serverName      string // a name of this member in its own client certificate's SANs
	clientCert      string // file with the certificate shown to etcd and to the sidecar
	clientKey       string
	clientPort      int    // where etcd serves clients
	wrapperPort     int    // where /readyz and /stop are served
	volume          string // mount point of the data volume
}

// parseOptions reads the command line. Help and errors of single flags are
// written to out.
func parseOptions(args []string, out io.Writer) (options, error) {
	if len(args) == 0 || args[0] != "start-etcd" {
		return options{}, errors.New(usage)
	}
	o := options{volume: "/var/etcd/data"}
	flags := flag.NewFlagSet("etcd-wrapper-standin start-etcd", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		fmt.Fprint(out, usage, "\n\nFlags:\n")
		flags.PrintDefaults()
	}
	flags.StringVar(&o.sidecarHostPort, "backup-restore-host-port", "", "host:port of the backup sidecar (required)")
	flags.BoolVar(&o.sidecarTLS, "backup-restore-tls-enabled", false, "whether the backup sidecar speaks HTTPS")
	flags.StringVar(&o.sidecarCA, "backup-restore-ca-cert-bundle-path", "", "authorities of the backup sidecar's certificate, PEM")
	flags.StringVar(&o.serverName, "etcd-server-name", "localhost", "DNS name of this member, present in its server certificate")
	flags.StringVar(&o.clientCert, "etcd-client-cert-path", "", "client certificate shown to etcd and the backup sidecar, PEM")
	flags.StringVar(&o.clientKey, "etcd-client-key-path", "", "key of the client certificate, PEM")
	flags.IntVar(&o.clientPort, "etcd-client-port", 2379, "port etcd serves clients on")
	flags.IntVar(&o.wrapperPort, "etcd-wrapper-port", 9095, "port /readyz and /stop are served on")
	if err := flags.Parse(args[1:]); err != nil {
		return options{}, err
	}
	if flags.NArg() > 0 {
		return options{}, fmt.Errorf("unexpected arguments %q", flags.Args())
	}
	return o, o.validate()
}

func (o options) validate() error {
	var errs []error
	if _, _, err := net.SplitHostPort(o.sidecarHostPort); err != nil {
		errs = append(errs, fmt.Errorf("--backup-restore-host-port: %w", err))
	}
	if o.sidecarTLS && o.sidecarCA == "" {
		errs = append(errs, errors.New("--backup-restore-ca-cert-bundle-path is required with --backup-restore-tls-enabled"))
	}
	if (o.clientCert == "") != (o.clientKey == "") {
		errs = append(errs, errors.New("--etcd-client-cert-path and --etcd-client-key-path go together"))
	}
	return errors.Join(errs...)
}

// clientEndpoint is the URL under which this process reaches its own etcd.
func (o options) clientEndpoint(tls bool) string {
	scheme := "http"
	if tls {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(o.serverName, strconv.Itoa(o.clientPort))
}
