// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
)

func main() {
	ctrllog.SetLogger(logr.Discard())
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	settings, err := settingsFrom(os.Getenv)
	if err != nil {
		return err
	}
	realSeed, err := seed.Open(settings.state)
	if err != nil {
		return fmt.Errorf("%w; start the seed with make up", err)
	}
	bench, err := newBench(ctx, settings, realSeed)
	if err != nil {
		return err
	}
	report, failed := bench.run(ctx)
	if report.Rounds == 0 && len(report.Machines) == 0 && failed != nil {
		return failed
	}
	if err := report.write(settings.artifacts); err != nil {
		return err
	}
	fmt.Print(report.markdown())
	fmt.Printf("\nwritten to %s and bench.json\n", filepath.Join(settings.artifacts, "bench.md"))
	return failed
}

func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, clusterv1.AddToScheme, controlplanev1.AddToScheme, druidv1alpha1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	return scheme, nil
}

// progressf tells the user what is being done.
func progressf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format(time.TimeOnly)+" "+format+"\n", args...)
}
