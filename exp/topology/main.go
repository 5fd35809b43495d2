// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// The topology layer of Cluster API Provider Kubeception: Gardener's API, carried out by Cluster API.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/gardener"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/setup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/manager"
)

func main() {
	options := &manager.Options{
		WebhookService:                "kubeception-topology-webhook-service",
		WebhookSecret:                 "kubeception-topology-webhook-cert",
		WebhookConfigurations:         []string{"kubeception-topology-validating-webhook-configuration"},
		MutatingWebhookConfigurations: []string{"kubeception-topology-mutating-webhook-configuration"},
		APIServices:                   []string{access.GroupVersion.Version + "." + access.GroupVersion.Group},
	}
	options.AddFlags(pflag.CommandLine)
	settings := setup.Defaults()
	settings.AddFlags(pflag.CommandLine)
	pflag.CommandLine.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	pflag.Parse()

	if err := run(ctrl.SetupSignalHandler(), options, settings); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, options *manager.Options, settings *setup.Options) error {
	settings.Concurrency = options.Concurrency
	return manager.Run(ctx, options, manager.Program{
		Name:   "kubeception-topology-manager",
		Scheme: setup.Scheme(),
		Cache:  setup.CacheOptions(options.SyncPeriod),
		Client: setup.ClientOptions(),
		Setup: func(ctx context.Context, mgr ctrl.Manager) error {
			if err := gardener.Absent(ctx, mgr.GetAPIReader()); err != nil {
				return err
			}
			return setup.Controllers(ctx, mgr, *settings)
		},
	})
}
