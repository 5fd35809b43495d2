// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package setup says how the topology layer is cached and connected, in production and in tests alike.
package setup

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/component-base/version"
	addonsv1 "sigs.k8s.io/cluster-api/api/addons/v1beta2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access/server"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/access"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/care"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/class"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/cloudprofile"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/cluster"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/project"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/scheduling"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/shoot"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/providers"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// Scheme knows the kinds of the management cluster: those of Kubernetes, Gardener, Cluster API and ours.
func Scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		clientgoscheme.AddToScheme, gardencorev1beta1.AddToScheme, securityv1alpha1.AddToScheme,
		clusterv1.AddToScheme, addonsv1.AddToScheme, controlplanev1.AddToScheme, bootstrapv1.AddToScheme, infrav1.AddToScheme,
	} {
		utilruntime.Must(add(scheme))
	}
	return scheme
}

// CacheOptions keep in memory what is ours, of ConfigMaps those with the distances of regions, and of Secrets and ConfigMaps of
// users those that Shoots refer to.
func CacheOptions(syncPeriod time.Duration) cache.Options {
	ours := cache.ByObject{Label: labels.SelectorFromSet(labels.Set{project.LabelManagedBy: project.ManagedBy})}
	referenced := labels.SelectorFromSet(labels.Set{cluster.LabelReferenced: "true"})
	return cache.Options{
		SyncPeriod: &syncPeriod, DefaultTransform: cache.TransformStripManagedFields(),
		ByObject: map[client.Object]cache.ByObject{
			&rbacv1.ClusterRole{}: ours, &rbacv1.ClusterRoleBinding{}: ours, &rbacv1.RoleBinding{}: ours, &corev1.ResourceQuota{}: ours,
			&coordinationv1.Lease{}: {Namespaces: map[string]cache.Config{seed.LeaseNamespace: {}}},
			&corev1.ConfigMap{}: {Namespaces: map[string]cache.Config{
				v1beta1constants.GardenNamespace: {
					LabelSelector: labels.SelectorFromSet(labels.Set{v1beta1constants.SchedulingPurpose: v1beta1constants.SchedulingPurposeRegionConfig}),
				},
				cache.AllNamespaces: {LabelSelector: referenced},
			}},
			&corev1.Secret{}: {Label: referenced}, // Their metadata alone.
		},
	}
}

// ClientOptions read Secrets, which are not cached, directly.
func ClientOptions() client.Options {
	return client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}}
}

// reconciler is what every controller of the layer is.
type reconciler interface {
	SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error
}

// uncached is a client for what is not kept in memory.
func uncached(mgr ctrl.Manager, scheme *runtime.Scheme) (client.Client, error) {
	c, err := client.New(mgr.GetConfig(), client.Options{HTTPClient: mgr.GetHTTPClient(), Scheme: scheme, Mapper: mgr.GetRESTMapper()})
	if err != nil {
		return nil, fmt.Errorf("create the client that reads without a cache: %w", err)
	}
	return c, nil
}

// Controllers adds the controllers and webhooks of the topology layer to a manager.
func Controllers(ctx context.Context, mgr ctrl.Manager, o Options) error {
	direct, err := uncached(mgr, mgr.GetScheme())
	if err != nil {
		return err
	}
	plain, err := uncached(mgr, clientgoscheme.Scheme)
	if err != nil {
		return err
	}
	reconcilers := []reconciler{
		&project.Reconciler{Client: mgr.GetClient(), Recorder: mgr.GetEventRecorder("project-controller"), Settings: o.Projects, Now: o.Now},
		&seed.Reconciler{
			Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Connections: seed.Connect(mgr.GetConfig(), mgr.GetScheme(), mgr.GetAPIReader()),
			Recorder: mgr.GetEventRecorder("seed-controller"), Settings: o.Seeds, Now: o.Now,
		},
		&scheduling.Reconciler{
			Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Recorder: mgr.GetEventRecorder("shoot-scheduler"),
			Strategy: o.Strategy, Now: o.Now,
		},
		&shoot.Reconciler{Client: mgr.GetClient(), Now: o.Now},
		&care.Reconciler{
			Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Recorder: mgr.GetEventRecorder("shoot-care"), Gardener: whoWeAre(), Now: o.Now,
		},
		&access.Reconciler{Client: mgr.GetClient()},
		&cloudprofile.Reconciler{Client: mgr.GetClient(), Now: o.Now},
		&cloudprofile.NamespacedReconciler{Client: mgr.GetClient()},
		&class.Reconciler{
			Client: mgr.GetClient(), Direct: plain, Recorder: mgr.GetEventRecorder("class-controller"), ProvidersOf: providers.OfProfile,
		},
		&cluster.Reconciler{
			Client: mgr.GetClient(), Direct: direct, Recorder: mgr.GetEventRecorder("shoot-controller"),
			ProviderOf: providers.OfShoot, Now: o.Now,
		},
	}
	for _, r := range reconcilers {
		if err := r.SetupWithManager(ctx, mgr, controller.Options{MaxConcurrentReconciles: o.Concurrency}); err != nil {
			return err
		}
	}
	if err := server.SetupWithManager(mgr, o.MaximumKubeconfigExpiration, o.Now); err != nil {
		return err
	}
	authorization, err := authorizationclient.NewForConfigAndClient(mgr.GetConfig(), mgr.GetHTTPClient())
	if err != nil {
		return fmt.Errorf("create the client that asks what users may do: %w", err)
	}
	return webhooks.SetupWithManager(mgr, request.Tools{
		Reader: lookup.CacheFirst{Reader: mgr.GetClient(), Live: mgr.GetAPIReader()}, Live: mgr.GetAPIReader(), Reviews: authorization.SubjectAccessReviews(), Now: o.Now,
	})
}

// whoWeAre is what Shoots say of the Gardener that last acted on them. None of it may be empty.
func whoWeAre() gardencorev1beta1.Gardener {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return gardencorev1beta1.Gardener{
		ID: cmp.Or(os.Getenv("POD_UID"), host), Name: cmp.Or(os.Getenv("POD_NAME"), host), Version: version.Get().GitVersion,
	}
}
