// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package setup says how the infrastructure provider is cached and connected, in production and in tests alike.
package setup

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/hosts"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/reconcilers/kubeceptioncluster"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/reconcilers/kubeceptionmachine"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/reconcilers/kubeceptionmachinetemplate"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/reconcilers/machineset"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/webhooks/admission"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// Scheme knows the kinds of the management cluster and of host clusters.
func Scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, clusterv1.AddToScheme, infrav1.AddToScheme,
	} {
		utilruntime.Must(add(scheme))
	}
	return scheme
}

// CacheOptions limits the cache to one namespace, or none if it is empty. Of Secrets, only metadata is cached.
func CacheOptions(namespace string, syncPeriod time.Duration) cache.Options {
	options := cache.Options{SyncPeriod: &syncPeriod, DefaultTransform: cache.TransformStripManagedFields()}
	if namespace != "" {
		options.DefaultNamespaces = map[string]cache.Config{namespace: {}}
	}
	return options
}

// Options tune the controllers.
type Options struct {
	// WatchFilter selects objects by the label cluster.x-k8s.io/watch-filter. Empty means all.
	WatchFilter string
	// Concurrency is the number of objects of a kind that are reconciled at the same time.
	Concurrency int
	// OrphanGracePeriod is how long something in a host cluster may belong to no machine before it is deleted.
	OrphanGracePeriod time.Duration
	// Images finds machine images.
	Images *images.Vector
	// Webhooks adds the admission webhooks.
	Webhooks bool
}

// reconciler is what every controller of the provider is.
type reconciler interface {
	SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error
}

// Controllers adds the controllers and webhooks of the provider to a manager.
func Controllers(ctx context.Context, mgr ctrl.Manager, o Options) error {
	reconcilers := []reconciler{
		&kubeceptioncluster.Reconciler{
			Client: mgr.GetClient(), Hosts: hosts.ForClusters(mgr.GetConfig(), mgr.GetScheme(), mgr.GetAPIReader()),
			Recorder: mgr.GetEventRecorder("kubeceptioncluster-controller"), WatchFilterValue: o.WatchFilter,
			OrphanGracePeriod: o.OrphanGracePeriod, Now: time.Now,
		},
		&kubeceptionmachine.Reconciler{
			Client: mgr.GetClient(), Live: mgr.GetAPIReader(),
			Hosts: hosts.ForMachines(mgr.GetConfig(), mgr.GetScheme(), mgr.GetAPIReader()), Images: o.Images,
			Recorder: mgr.GetEventRecorder("kubeceptionmachine-controller"), WatchFilterValue: o.WatchFilter,
		},
		&kubeceptionmachinetemplate.Reconciler{Client: mgr.GetClient(), WatchFilterValue: o.WatchFilter},
		&machineset.Reconciler{
			Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(),
			Recorder: mgr.GetEventRecorder("machineset-controller"), WatchFilterValue: o.WatchFilter,
		},
	}
	for _, r := range reconcilers {
		if err := r.SetupWithManager(ctx, mgr, controller.Options{MaxConcurrentReconciles: o.Concurrency}); err != nil {
			return err
		}
	}
	if !o.Webhooks {
		return nil
	}
	return admission.SetupWithManager(mgr)
}
