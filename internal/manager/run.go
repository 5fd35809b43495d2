// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	// Clients of secured API servers need the plugins.
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	logsv1 "k8s.io/component-base/logs/api/v1"
	// The JSON format of logs registers itself.
	_ "k8s.io/component-base/logs/json/register"
	"k8s.io/component-base/version"
	"k8s.io/klog/v2"
	"sigs.k8s.io/cluster-api/util/apiwarnings"
	"sigs.k8s.io/cluster-api/util/flags"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
)

// namespaceVariable is the environment variable with the namespace of the manager.
const namespaceVariable = "POD_NAMESPACE"

// Program is what a main program adds to the options.
type Program struct {
	// Name identifies the manager in logs, user agents and its leader election lease.
	Name string
	// Scheme knows the kinds that the manager reads and writes.
	Scheme *runtime.Scheme
	// Cache and Client say how objects in the management cluster are read.
	Cache  cache.Options
	Client client.Options
	// Setup adds controllers and webhooks.
	Setup func(ctx context.Context, mgr ctrl.Manager) error
}

// Run runs a manager until it is told to stop. Errors say what could not be started.
func Run(ctx context.Context, o *Options, program Program) error {
	if err := logsv1.ValidateAndApply(o.logs, nil); err != nil {
		return fmt.Errorf("set up logging: %w", err)
	}
	ctrl.SetLogger(klog.Background())
	log := ctrl.Log.WithName("setup")

	config, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find the management cluster: %w", err)
	}
	config.QPS, config.Burst = o.QPS, o.Burst
	config.UserAgent = fmt.Sprintf("%s/%s", program.Name, version.Get().GitVersion)
	config.WarningHandler = apiwarnings.DefaultHandler(klog.Background().WithName("API Server Warning"))

	tlsOptions, metrics, err := flags.GetManagerOptions(o.diagnostics)
	if err != nil {
		return fmt.Errorf("read TLS and diagnostics flags: %w", err)
	}
	certificate := o.selfMadeCertificate()
	if certificate != nil {
		tlsOptions = append(tlsOptions, func(config *tls.Config) { config.GetCertificate = certificate.get })
	}

	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: program.Scheme, Cache: program.Cache, Client: program.Client,
		Metrics: *metrics, HealthProbeBindAddress: o.HealthAddress,
		LeaderElection: o.LeaderElection, LeaderElectionID: program.Name, LeaderElectionNamespace: os.Getenv(namespaceVariable),
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &o.LeaseDuration, RenewDeadline: &o.RenewDeadline, RetryPeriod: &o.RetryPeriod,
		WebhookServer: webhook.NewServer(webhook.Options{Port: o.WebhookPort, CertDir: o.WebhookCertDir, TLSOpts: tlsOptions}),
	})
	if err != nil {
		return fmt.Errorf("create the manager: %w", err)
	}
	if certificate != nil {
		certificate.client, certificate.live = mgr.GetClient(), mgr.GetAPIReader()
		if err := mgr.Add(certificate); err != nil {
			return fmt.Errorf("add the webhook certificate: %w", err)
		}
	}
	if err := program.Setup(ctx, mgr); err != nil {
		return err
	}
	if err := addChecks(mgr, certificate); err != nil {
		return err
	}
	log.Info("Starting", "name", program.Name, "version", version.Get().GitVersion)
	return mgr.Start(ctx)
}

func addChecks(mgr ctrl.Manager, certificate *certificate) error {
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("add the health check: %w", err)
	}
	ready := mgr.GetWebhookServer().StartedChecker()
	if certificate != nil {
		if err := mgr.AddReadyzCheck("certificate", certificate.check); err != nil {
			return fmt.Errorf("add the readiness check: %w", err)
		}
	}
	if err := mgr.AddReadyzCheck("webhook", ready); err != nil {
		return fmt.Errorf("add the readiness check: %w", err)
	}
	return nil
}

// selfMadeCertificate returns nil when the certificate is provided from outside or the manager has no namespace of
// its own, as on a developer's machine.
func (o *Options) selfMadeCertificate() *certificate {
	namespace := os.Getenv(namespaceVariable)
	if o.WebhookCertDir != "" || namespace == "" || o.WebhookService == "" {
		return nil
	}
	return &certificate{
		secret:     client.ObjectKey{Namespace: namespace, Name: o.WebhookSecret},
		host:       fmt.Sprintf("%s.%s.svc", o.WebhookService, namespace),
		validating: o.WebhookConfigurations,
		mutating:   o.MutatingWebhookConfigurations,
		apis:       o.APIServices,
	}
}
