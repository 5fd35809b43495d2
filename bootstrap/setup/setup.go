// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package setup says how the bootstrap provider is cached and connected, in production and in tests alike.
package setup

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/bootstrap/reconcilers/kubeceptionconfig"
	"github.com/kubeception/cluster-api-provider-kubeception/bootstrap/reconcilers/kubeletserving"
	"github.com/kubeception/cluster-api-provider-kubeception/bootstrap/reconcilers/nodelabels"
	"github.com/kubeception/cluster-api-provider-kubeception/bootstrap/webhooks/admission"
)

// Name is the name of the manager.
const Name = "kubeception-bootstrap-manager"

// Scheme knows the kinds of the management cluster and of workload clusters.
func Scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, clusterv1.AddToScheme, bootstrapv1.AddToScheme} {
		utilruntime.Must(add(scheme))
	}
	return scheme
}

// CacheOptions limits the cache to one namespace, or none if it is empty, and Secrets to those of clusters.
func CacheOptions(namespace string, syncPeriod time.Duration) cache.Options {
	options := cache.Options{
		SyncPeriod:       &syncPeriod,
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&corev1.Secret{}: {Label: ofClusters()},
		},
	}
	if namespace != "" {
		options.DefaultNamespaces = map[string]cache.Config{namespace: {}}
	}
	return options
}

func ofClusters() labels.Selector {
	requirement, err := labels.NewRequirement(clusterv1.ClusterNameLabel, selection.Exists, nil)
	utilruntime.Must(err) // The label is a constant.
	return labels.NewSelector().Add(*requirement)
}

// Options tune the controllers.
type Options struct {
	// WatchFilter selects objects by the label cluster.x-k8s.io/watch-filter. Empty means all.
	WatchFilter string
	// Concurrency is the number of objects of a kind that are reconciled at the same time.
	Concurrency int
	// TokenLifetime is the time for which a bootstrap token is accepted unless it is renewed.
	TokenLifetime time.Duration
	// Webhooks adds the admission webhooks.
	Webhooks bool
}

// Controllers adds the controllers and webhooks of the provider to a manager.
func Controllers(ctx context.Context, mgr ctrl.Manager, o Options) error {
	tuning := controller.Options{MaxConcurrentReconciles: o.Concurrency}
	clusters, err := clustercache.SetupWithManager(ctx, mgr, connections(mgr, o), tuning)
	if err != nil {
		return fmt.Errorf("set up connections to workload clusters: %w", err)
	}
	if err := mgr.Add(closing(clusters)); err != nil {
		return fmt.Errorf("set up connections to workload clusters: %w", err)
	}
	configs := &kubeceptionconfig.Reconciler{
		Client:           mgr.GetClient(),
		Live:             mgr.GetAPIReader(),
		Clusters:         clusters,
		Recorder:         mgr.GetEventRecorder("kubeceptionconfig-controller"),
		WatchFilterValue: o.WatchFilter,
		TokenLifetime:    o.TokenLifetime,
		Now:              time.Now,
	}
	if err := configs.SetupWithManager(ctx, mgr, tuning); err != nil {
		return err
	}
	certificates := &kubeletserving.Reconciler{
		Client:           mgr.GetClient(),
		Clusters:         clusters,
		Recorder:         mgr.GetEventRecorder("kubeletserving-controller"),
		WatchFilterValue: o.WatchFilter,
	}
	if err := certificates.SetupWithManager(ctx, mgr, tuning); err != nil {
		return err
	}
	nodes := &nodelabels.Reconciler{
		Client:           mgr.GetClient(),
		Clusters:         clusters,
		Recorder:         mgr.GetEventRecorder("nodelabels-controller"),
		WatchFilterValue: o.WatchFilter,
	}
	if err := nodes.SetupWithManager(ctx, mgr, tuning); err != nil {
		return err
	}
	if !o.Webhooks {
		return nil
	}
	if err := admission.SetupWithManager(mgr); err != nil {
		return fmt.Errorf("set up admission: %w", err)
	}
	return nil
}

// closing ends the connections with the manager: an API server that is to stop waits for whoever watches.
func closing(clusters clustercache.ClusterCache) manager.RunnableFunc {
	return func(ctx context.Context) error {
		<-ctx.Done()
		if closer, ok := clusters.(interface{ Shutdown() }); ok {
			closer.Shutdown()
		}
		return nil
	}
}

// connections say how workload clusters are reached. They are made once the API server has answered: an attempt that
// fails is not repeated for a while.
func connections(mgr ctrl.Manager, o Options) clustercache.Options {
	return clustercache.Options{
		SecretClient:     mgr.GetClient(),
		WatchFilterValue: o.WatchFilter,
		ClusterFilter: func(cluster *clusterv1.Cluster) bool {
			return ptr.Deref(cluster.Status.Initialization.ControlPlaneInitialized, false)
		},
		Cache: clustercache.CacheOptions{
			DefaultTransform: cache.TransformStripManagedFields(),
			ByObject:         kubeletserving.CacheOptions(),
		},
		Client: clustercache.ClientOptions{
			UserAgent: Name,
			// Others in the cluster are many and change often; what is needed of them is little.
			Cache: clustercache.ClientCacheOptions{DisableFor: []client.Object{&corev1.Secret{}, &corev1.Node{}}},
		},
	}
}
