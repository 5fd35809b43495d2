// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// The control-plane provider of Cluster API Provider Kubeception.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/manager"
)

func main() {
	options := &manager.Options{
		WebhookService:        "kubeception-controlplane-webhook-service",
		WebhookSecret:         "kubeception-controlplane-webhook-cert",
		WebhookConfigurations: []string{"kubeception-controlplane-validating-webhook-configuration"},
	}
	options.AddFlags(pflag.CommandLine)
	overrides := pflag.String("images-override", "", "File with images that replace those of this release.")
	pflag.CommandLine.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	pflag.Parse()

	if err := run(ctrl.SetupSignalHandler(), options, *overrides); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, options *manager.Options, overrides string) error {
	vector, err := images.WithOverrides(overrides)
	if err != nil {
		return fmt.Errorf("read --images-override: %w", err)
	}
	return manager.Run(ctx, options, manager.Program{
		Name:   "kubeception-controlplane-manager",
		Scheme: setup.Scheme(),
		Cache:  setup.CacheOptions(options.WatchNamespace, options.SyncPeriod),
		Setup: func(ctx context.Context, mgr ctrl.Manager) error {
			return setup.Controllers(ctx, mgr, setup.Options{
				WatchNamespace: options.WatchNamespace,
				WatchFilter:    options.WatchFilter,
				Concurrency:    options.Concurrency,
				Images:         vector,
				Webhooks:       true,
			})
		},
	})
}
