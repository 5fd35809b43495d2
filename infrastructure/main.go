// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// The infrastructure provider of Cluster API Provider Kubeception: local machines.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/manager"
)

func main() {
	options := &manager.Options{
		WebhookService:        "kubeception-infrastructure-webhook-service",
		WebhookSecret:         "kubeception-infrastructure-webhook-cert",
		WebhookConfigurations: []string{"kubeception-infrastructure-validating-webhook-configuration"},
	}
	options.AddFlags(pflag.CommandLine)
	overrides := pflag.String("images-override", "", "File with images that replace those of this release.")
	orphanGracePeriod := pflag.Duration("orphan-grace-period", 30*time.Minute,
		"Time after which pods and Secrets of a host cluster that belong to no machine are deleted.")
	pflag.CommandLine.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	pflag.Parse()

	if err := run(ctrl.SetupSignalHandler(), options, *overrides, *orphanGracePeriod); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, options *manager.Options, overrides string, orphanGracePeriod time.Duration) error {
	vector, err := images.WithOverrides(overrides)
	if err != nil {
		return fmt.Errorf("read --images-override: %w", err)
	}
	return manager.Run(ctx, options, manager.Program{
		Name:   "kubeception-infrastructure-manager",
		Scheme: setup.Scheme(),
		Cache:  setup.CacheOptions(options.WatchNamespace, options.SyncPeriod),
		Setup: func(ctx context.Context, mgr ctrl.Manager) error {
			return setup.Controllers(ctx, mgr, setup.Options{
				WatchFilter:       options.WatchFilter,
				Concurrency:       options.Concurrency,
				OrphanGracePeriod: orphanGracePeriod,
				Images:            vector,
				Webhooks:          true,
			})
		},
	})
}
