// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"
	logsv1 "k8s.io/component-base/logs/api/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/flags"
)

// Options are the flags that every manager has, named as in Cluster API's own managers.
type Options struct {
	// LeaderElection makes one instance act at a time.
	LeaderElection bool
	// LeaseDuration, RenewDeadline and RetryPeriod tune leader election.
	LeaseDuration, RenewDeadline, RetryPeriod time.Duration
	// WatchNamespace limits the objects in the management cluster to one namespace. Empty means all.
	WatchNamespace string
	// WatchFilter selects objects by the label cluster.x-k8s.io/watch-filter. Empty means all.
	WatchFilter string
	// SyncPeriod is the time after which everything is looked at again.
	SyncPeriod time.Duration
	// QPS and Burst limit requests to API servers.
	QPS   float32
	Burst int
	// HealthAddress serves /healthz and /readyz.
	HealthAddress string
	// WebhookPort serves admission requests.
	WebhookPort int
	// WebhookCertDir holds tls.crt and tls.key of the webhook server, as cert-manager provides them.
	// If empty, the manager makes and renews its own certificate.
	WebhookCertDir string
	// WebhookService is the Service of the webhook server in the manager's namespace; the certificate that the
	// manager makes is valid for it.
	WebhookService string
	// WebhookSecret keeps that certificate, in the manager's namespace.
	WebhookSecret string
	// WebhookConfigurations are the ValidatingWebhookConfigurations that trust that certificate.
	WebhookConfigurations []string
	// MutatingWebhookConfigurations trust it as well.
	MutatingWebhookConfigurations []string
	// APIServices lead to the webhook server as well and trust it, too.
	APIServices []string
	// Concurrency is the number of objects of a kind that are reconciled at the same time.
	Concurrency int

	diagnostics flags.ManagerOptions
	logs        *logsv1.LoggingConfiguration
}

// AddFlags adds the options to a flag set, with their defaults.
func (o *Options) AddFlags(fs *pflag.FlagSet) {
	o.logs = logsv1.NewLoggingConfiguration()
	logsv1.AddFlags(o.logs, fs)
	flags.AddManagerOptions(fs, &o.diagnostics)

	fs.BoolVar(&o.LeaderElection, "leader-elect", false, "Make one instance of the manager act at a time.")
	fs.DurationVar(&o.LeaseDuration, "leader-elect-lease-duration", 15*time.Second, "Time after which another instance may take over.")
	fs.DurationVar(&o.RenewDeadline, "leader-elect-renew-deadline", 10*time.Second, "Time after which a leader that cannot renew its lease gives up.")
	fs.DurationVar(&o.RetryPeriod, "leader-elect-retry-period", 2*time.Second, "Time between two attempts to take over.")
	fs.StringVar(&o.WatchNamespace, "namespace", "", "Namespace with the objects to reconcile. If empty, all namespaces.")
	fs.StringVar(&o.WatchFilter, "watch-filter", "", fmt.Sprintf("Value of the label %s on the objects to reconcile. If empty, all objects.", clusterv1.WatchLabel))
	fs.DurationVar(&o.SyncPeriod, "sync-period", 10*time.Minute, "Time after which everything is looked at again.")
	fs.Float32Var(&o.QPS, "kube-api-qps", 100, "Requests per second to an API server.")
	fs.IntVar(&o.Burst, "kube-api-burst", 200, "Requests to an API server in one burst.")
	fs.StringVar(&o.HealthAddress, "health-addr", ":9440", "Address of /healthz and /readyz.")
	fs.IntVar(&o.WebhookPort, "webhook-port", 9443, "Port of the webhook server.")
	fs.StringVar(&o.WebhookCertDir, "webhook-cert-dir", "", "Folder with tls.crt and tls.key of the webhook server. If empty, the manager makes its own certificate.")
	fs.StringVar(&o.WebhookService, "webhook-service", o.WebhookService, "Service of the webhook server.")
	fs.StringVar(&o.WebhookSecret, "webhook-secret", o.WebhookSecret, "Secret for the certificate that the manager makes.")
	fs.StringSliceVar(&o.WebhookConfigurations, "webhook-configurations", o.WebhookConfigurations, "ValidatingWebhookConfigurations that trust the certificate that the manager makes.")
	fs.StringSliceVar(&o.MutatingWebhookConfigurations, "mutating-webhook-configurations", o.MutatingWebhookConfigurations, "MutatingWebhookConfigurations that trust the certificate that the manager makes.")
	fs.StringSliceVar(&o.APIServices, "api-services", o.APIServices, "APIServices that trust the certificate that the manager makes.")
	fs.IntVar(&o.Concurrency, "concurrency", 20, "Objects of a kind that are reconciled at the same time.")
}
