// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package class

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
)

// SetupWithManager watches profiles, the Shoots that use them, and the classes made of them.
func (r *Reconciler) SetupWithManager(_ context.Context, mgr ctrl.Manager, options controller.Options) error {
	changed := builder.WithPredicates(ChangedOrResync())
	err := ctrl.NewControllerManagedBy(mgr).
		Named("class").
		Watches(&gardencorev1beta1.CloudProfile{}, &handler.EnqueueRequestForObject{}, changed).
		Watches(&gardencorev1beta1.CloudProfile{}, handler.EnqueueRequestsFromMapFunc(r.derived), changed).
		Watches(&gardencorev1beta1.NamespacedCloudProfile{}, &handler.EnqueueRequestForObject{}, changed).
		Watches(&gardencorev1beta1.Shoot{}, handler.EnqueueRequestsFromMapFunc(ofShoot), builder.WithPredicates(usesAnother())).
		Watches(&clusterv1.ClusterClass{}, handler.EnqueueRequestsFromMapFunc(r.ofClass), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&clusterv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(r.ofCluster), builder.WithPredicates(leavesClass())).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller that makes classes of profiles: %w", err)
	}
	return nil
}

// ChangedOrResync leaves out changes that are not of the specification, and lets the regular look at everything pass: it
// mends what is not watched.
func ChangedOrResync() predicate.Predicate {
	resync := predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return e.ObjectOld.GetResourceVersion() == e.ObjectNew.GetResourceVersion()
	}}
	return predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, resync)
}

// derived are the NamespacedCloudProfiles of a CloudProfile.
func (r *Reconciler) derived(ctx context.Context, parent client.Object) []reconcile.Request {
	return r.namespaced(ctx, func(profile *gardencorev1beta1.NamespacedCloudProfile) bool {
		return profile.Spec.Parent.Name == parent.GetName()
	})
}

func (r *Reconciler) namespaced(ctx context.Context, which func(*gardencorev1beta1.NamespacedCloudProfile) bool) []reconcile.Request {
	profiles := &gardencorev1beta1.NamespacedCloudProfileList{}
	if err := r.Client.List(ctx, profiles, client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Classes of NamespacedCloudProfiles are not brought up to date")
		return nil
	}
	var out []reconcile.Request
	for i := range profiles.Items {
		if which(&profiles.Items[i]) {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&profiles.Items[i])})
		}
	}
	return out
}

// ofShoot is the NamespacedCloudProfile of a Shoot. Whether a CloudProfile is used makes no difference.
func ofShoot(_ context.Context, object client.Object) []reconcile.Request {
	shoot, isShoot := object.(*gardencorev1beta1.Shoot)
	if !isShoot {
		return nil
	}
	key := KeyOf(shoot)
	if key == nil || key.Namespace == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: *key}}
}

// usesAnother leaves Shoots that come, go, or name another profile than before.
func usesAnother() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, wasShoot := e.ObjectOld.(*gardencorev1beta1.Shoot)
		after, isShoot := e.ObjectNew.(*gardencorev1beta1.Shoot)
		if !wasShoot || !isShoot {
			return false
		}
		was, is := KeyOf(before), KeyOf(after)
		return (was == nil) != (is == nil) || was != nil && *was != *is
	}}
}

// ofClass is the profile that a class was made of.
func (r *Reconciler) ofClass(ctx context.Context, class client.Object) []reconcile.Request {
	return r.named(ctx, class.GetLabels()[translation.ProfileLabel])
}

// ofCluster is the profile of the class of a Cluster, if that is still there.
func (r *Reconciler) ofCluster(ctx context.Context, object client.Object) []reconcile.Request {
	cluster, isCluster := object.(*clusterv1.Cluster)
	if !isCluster || cluster.GetClassKey().Namespace != translation.ClassNamespace {
		return nil
	}
	class := &clusterv1.ClusterClass{}
	if err := r.Client.Get(ctx, cluster.GetClassKey(), class); err != nil {
		return nil // What is not there needs no collection.
	}
	return r.ofClass(ctx, class)
}

// named finds the profile by its name in labels. One that is gone is found by its name alone, so that what was made of it is
// collected.
func (r *Reconciler) named(ctx context.Context, name string) []reconcile.Request {
	if name == "" {
		return nil
	}
	out := r.namespaced(ctx, func(profile *gardencorev1beta1.NamespacedCloudProfile) bool {
		return nameOf(client.ObjectKeyFromObject(profile)) == name
	})
	if len(out) > 0 {
		return out
	}
	profiles := &gardencorev1beta1.CloudProfileList{}
	if err := r.Client.List(ctx, profiles, client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "A class is not brought up to date")
		return nil
	}
	for i := range profiles.Items {
		if key := client.ObjectKeyFromObject(&profiles.Items[i]); nameOf(key) == name {
			return []reconcile.Request{{NamespacedName: key}}
		}
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Name: name}}}
}

// leavesClass leaves Clusters that go, or take another class. Update events call for the class before and the one after.
func leavesClass() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, wasCluster := e.ObjectOld.(*clusterv1.Cluster)
			after, isCluster := e.ObjectNew.(*clusterv1.Cluster)
			return wasCluster && isCluster && before.GetClassKey() != after.GetClassKey()
		},
	}
}
