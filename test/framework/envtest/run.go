// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package envtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// servers are those that Run started, in the order of Minors.
var servers []*Server

// Run starts one server for each minor, in parallel, runs the tests of the
// package and stops the servers. It returns the exit code for TestMain.
func Run(m *testing.M, options Options) int {
	ctrl.SetLogger(logr.Discard())
	begin := time.Now()
	started, err := startAll(context.Background(), options)
	defer stopAll(started)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	servers = started
	fmt.Printf("API servers %v ready after %s\n", parts.Minors(), time.Since(begin).Round(100*time.Millisecond))
	return m.Run()
}

// Servers returns the servers that Run started, one for each minor. Tests range
// over them with a parallel subtest for each.
func Servers() []*Server { return servers }

func startAll(ctx context.Context, options Options) ([]*Server, error) {
	minors := parts.Minors()
	started := make([]*Server, len(minors))
	failures := make([]error, len(minors))
	var group sync.WaitGroup
	for i, minor := range minors {
		group.Go(func() {
			started[i], failures[i] = Start(ctx, minor, options)
		})
	}
	group.Wait()
	var running []*Server
	var failure error
	for i := range minors {
		if failures[i] != nil {
			failure = failures[i]
			continue
		}
		running = append(running, started[i])
	}
	return running, failure
}

func stopAll(running []*Server) {
	var group sync.WaitGroup
	for _, server := range running {
		group.Go(func() {
			if err := server.Stop(); err != nil {
				fmt.Fprintf(os.Stderr, "stop kube-apiserver %s: %v\n", server.Minor, err)
			}
		})
	}
	group.Wait()
}
