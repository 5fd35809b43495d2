// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// The bootstrap provider of Cluster API Provider Kubeception.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/bootstrap/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/manager"
)

func main() {
	options := &manager.Options{
		WebhookService:        "kubeception-bootstrap-webhook-service",
		WebhookSecret:         "kubeception-bootstrap-webhook-cert",
		WebhookConfigurations: []string{"kubeception-bootstrap-validating-webhook-configuration"},
	}
	options.AddFlags(pflag.CommandLine)
	tokenLifetime := pflag.Duration("bootstrap-token-ttl", 15*time.Minute, "Time for which a bootstrap token is valid. It is renewed at half of it until it was used.")
	pflag.CommandLine.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	pflag.Parse()

	if err := run(ctrl.SetupSignalHandler(), options, *tokenLifetime); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, options *manager.Options, tokenLifetime time.Duration) error {
	if tokenLifetime < time.Minute {
		return fmt.Errorf("read --bootstrap-token-ttl: %s is too short for a machine to start; give it at least a minute", tokenLifetime)
	}
	return manager.Run(ctx, options, manager.Program{
		Name:   setup.Name,
		Scheme: setup.Scheme(),
		Cache:  setup.CacheOptions(options.WatchNamespace, options.SyncPeriod),
		Setup: func(ctx context.Context, mgr ctrl.Manager) error {
			return setup.Controllers(ctx, mgr, setup.Options{
				WatchFilter:   options.WatchFilter,
				Concurrency:   options.Concurrency,
				TokenLifetime: tokenLifetime,
				Webhooks:      true,
			})
		},
	})
}
