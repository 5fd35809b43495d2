// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package setup says how the control-plane provider is cached and connected, in production and in tests alike.
package setup

import (
	"context"
	"fmt"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/reconcilers/kubeceptioncontrolplane"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/seeds"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/webhooks/admission"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/targets"
)

// Scheme knows the kinds of the management cluster and of seeds.
func Scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, clusterv1.AddToScheme, controlplanev1.AddToScheme, druidv1alpha1.AddToScheme,
	} {
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
			&corev1.Secret{}:               {Label: ofClusters()},
			&clusterv1.Machine{}:           {Transform: kubeceptioncontrolplane.StripWorker},
			&clusterv1.MachineSet{}:        {Transform: kubeceptioncontrolplane.StripWorker},
			&clusterv1.MachineDeployment{}: {Transform: kubeceptioncontrolplane.StripWorker},
			&clusterv1.MachinePool{}:       {Transform: kubeceptioncontrolplane.StripWorker},
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

// references returns a cache for the metadata of Secrets, whatever their labels, limited like that of the manager.
func references(mgr ctrl.Manager, namespace string) (cache.Cache, error) {
	options := cache.Options{
		HTTPClient: mgr.GetHTTPClient(), Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper(),
		DefaultTransform: cache.TransformStripManagedFields(),
	}
	if namespace != "" {
		options.DefaultNamespaces = map[string]cache.Config{namespace: {}}
	}
	secrets, err := cache.New(mgr.GetConfig(), options)
	if err != nil {
		return nil, fmt.Errorf("create the cache of Secrets: %w", err)
	}
	if err := mgr.Add(secrets); err != nil {
		return nil, fmt.Errorf("add the cache of Secrets: %w", err)
	}
	return secrets, nil
}

const (
	// inventory is the ConfigMap in workload clusters that leads to what is kept there.
	inventory = "kubeception-controlplane"
	// qps and burst let all target objects of a new cluster be applied without a pause.
	qps, burst = 50, 100
)

// connections connects to workload clusters.
func connections(ctx context.Context, mgr ctrl.Manager, engine *targets.Engine, o Options) (clustercache.ClusterCache, error) {
	clusters, err := clustercache.SetupWithManager(ctx, mgr, clustercache.Options{
		SecretClient:     mgr.GetAPIReader(), // A user's kubeconfig may lack the label that the cache selects.
		WatchFilterValue: o.WatchFilter,
		ClusterFilter:    wantsConnection(mgr.GetClient()),
		Cache:            engine.CacheOptions(),
		Client:           clustercache.ClientOptions{QPS: qps, Burst: burst, UserAgent: rest.DefaultKubernetesUserAgent()},
	}, controller.Options{MaxConcurrentReconciles: o.Concurrency})
	if err != nil {
		return nil, fmt.Errorf("set up connections to workload clusters: %w", err)
	}
	engine.Connect(clusters)
	return clusters, nil
}

// wantsConnection selects the Clusters with a control plane of ours that has workers and has answered once: an attempt
// that fails is followed by a pause of half a minute.
func wantsConnection(management client.Reader) clustercache.ClusterFilter {
	return func(cluster *clusterv1.Cluster) bool {
		ref := cluster.Spec.ControlPlaneRef
		if ref.APIGroup != controlplanev1.GroupVersion.Group || ref.Kind != "KubeceptionControlPlane" {
			return false
		}
		controlPlane := &controlplanev1.KubeceptionControlPlane{}
		key := client.ObjectKey{Namespace: cluster.Namespace, Name: ref.Name}
		if err := management.Get(context.Background(), key, controlPlane); err != nil {
			return false
		}
		initialized := ptr.Deref(controlPlane.Status.Initialization.ControlPlaneInitialized, false) ||
			ptr.Deref(cluster.Status.Initialization.ControlPlaneInitialized, false)
		return initialized && controlPlane.DeletionTimestamp.IsZero() && !ptr.Deref(controlPlane.Spec.Workerless, false)
	}
}

// Options tune the controllers.
type Options struct {
	// WatchNamespace limits the objects in the management cluster to one namespace. Empty means all.
	WatchNamespace string
	// WatchFilter selects objects by the label cluster.x-k8s.io/watch-filter. Empty means all.
	WatchFilter string
	// Concurrency is the number of control planes that are reconciled at the same time.
	Concurrency int
	// Images finds the images of hosted components.
	Images *images.Vector
	// Webhooks adds the admission webhooks.
	Webhooks bool
}

// Controllers adds the controllers and webhooks of the provider to a manager.
func Controllers(ctx context.Context, mgr ctrl.Manager, o Options) error {
	secrets, err := references(mgr, o.WatchNamespace)
	if err != nil {
		return err
	}
	engine := targets.New(inventory)
	clusters, err := connections(ctx, mgr, engine, o)
	if err != nil {
		return err
	}
	reconciler := &kubeceptioncontrolplane.Reconciler{
		Client:           mgr.GetClient(),
		Live:             mgr.GetAPIReader(),
		References:       secrets,
		Seeds:            seeds.New(mgr.GetConfig(), mgr.GetScheme(), mgr.GetAPIReader()),
		Targets:          engine,
		Clusters:         clusters,
		Components:       components.All(),
		Images:           o.Images,
		Recorder:         mgr.GetEventRecorder("kubeceptioncontrolplane-controller"),
		WatchFilterValue: o.WatchFilter,
		Now:              time.Now,
	}
	if err := reconciler.SetupWithManager(ctx, mgr, controller.Options{MaxConcurrentReconciles: o.Concurrency}); err != nil {
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
