// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduling

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/scheduler"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// SetupWithManager watches Shoots that wait, and everything that may help them.
func (r *Reconciler) SetupWithManager(_ context.Context, mgr ctrl.Manager, options controller.Options) error {
	r.bound = bindings{}
	options.MaxConcurrentReconciles = 1 // Capacity is counted and used in one step.
	waiting := handler.EnqueueRequestsFromMapFunc(r.waiting)
	err := ctrl.NewControllerManagedBy(mgr).
		Named("shoot-scheduling").
		For(&gardencorev1beta1.Shoot{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&gardencorev1beta1.Shoot{}, waiting, builder.WithPredicates(makesPlace())).
		Watches(&gardencorev1beta1.Seed{}, waiting, builder.WithPredicates(seedChanged())).
		Watches(&gardencorev1beta1.CloudProfile{}, waiting, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&gardencorev1beta1.NamespacedCloudProfile{}, waiting, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&gardencorev1beta1.Project{}, waiting, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&corev1.ConfigMap{}, waiting, builder.WithPredicates(isRegionConfig(), predicate.ResourceVersionChangedPredicate{})).
		WithOptions(options).
		Complete(apply.Yielding(r))
	if err != nil {
		return fmt.Errorf("set up the controller that schedules Shoots: %w", err)
	}
	return nil
}

// waiting are all Shoots without a seed.
func (r *Reconciler) waiting(ctx context.Context, _ client.Object) []reconcile.Request {
	shoots, err := r.cachedShoots(ctx)
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Shoots without a seed are not looked at")
		return nil
	}
	var out []reconcile.Request
	for i := range shoots {
		if scheduler.IsFor(&shoots[i]) {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&shoots[i])})
		}
	}
	return out
}

// makesPlace leaves Shoots that go, or go elsewhere.
func makesPlace() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, wasShoot := e.ObjectOld.(*gardencorev1beta1.Shoot)
			after, isShoot := e.ObjectNew.(*gardencorev1beta1.Shoot)
			return wasShoot && isShoot && before.Status.SeedName != nil && !apiequality.Semantic.DeepEqual(before.Status.SeedName, after.Status.SeedName)
		},
		DeleteFunc: func(e event.DeleteEvent) bool {
			shoot, isShoot := e.Object.(*gardencorev1beta1.Shoot)
			return isShoot && (shoot.Spec.SeedName != nil || shoot.Status.SeedName != nil)
		},
	}
}

// seedChanged leaves out what the scheduler does not look at.
func seedChanged() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, wasSeed := e.ObjectOld.(*gardencorev1beta1.Seed)
		after, isSeed := e.ObjectNew.(*gardencorev1beta1.Seed)
		return wasSeed && isSeed && (before.Generation != after.Generation ||
			before.DeletionTimestamp.IsZero() != after.DeletionTimestamp.IsZero() ||
			!apiequality.Semantic.DeepEqual(before.Labels, after.Labels) ||
			!apiequality.Semantic.DeepEqual(before.Annotations, after.Annotations) ||
			!apiequality.Semantic.DeepEqual(before.Status, after.Status))
	}}
}

func isRegionConfig() predicate.Predicate {
	return predicate.NewPredicateFuncs(func(object client.Object) bool {
		return object.GetLabels()[v1beta1constants.SchedulingPurpose] == v1beta1constants.SchedulingPurposeRegionConfig
	})
}
