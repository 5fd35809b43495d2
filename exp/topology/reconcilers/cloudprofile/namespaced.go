// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudprofile

import (
	"context"
	"errors"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// NamespacedReconciler keeps the status of NamespacedCloudProfiles.
type NamespacedReconciler struct {
	// Client reads from the manager's cache and writes.
	Client client.Client
}

// SetupWithManager watches NamespacedCloudProfiles and their parents.
func (r *NamespacedReconciler) SetupWithManager(_ context.Context, mgr ctrl.Manager, options controller.Options) error {
	changed := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	err := ctrl.NewControllerManagedBy(mgr).
		For(&gardencorev1beta1.NamespacedCloudProfile{}, changed).
		Watches(&gardencorev1beta1.CloudProfile{}, handler.EnqueueRequestsFromMapFunc(r.ofParent), changed).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for NamespacedCloudProfiles: %w", err)
	}
	return nil
}

// ofParent finds what is derived from a CloudProfile.
func (r *NamespacedReconciler) ofParent(ctx context.Context, parent client.Object) []reconcile.Request {
	profiles := &gardencorev1beta1.NamespacedCloudProfileList{}
	if err := r.Client.List(ctx, profiles, client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "NamespacedCloudProfiles are not brought up to date")
		return nil
	}
	var out []reconcile.Request
	for i := range profiles.Items {
		if profiles.Items[i].Spec.Parent.Name == parent.GetName() {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&profiles.Items[i])})
		}
	}
	return out
}

// Reconcile writes what a NamespacedCloudProfile makes of its parent.
func (r *NamespacedReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	profile := &gardencorev1beta1.NamespacedCloudProfile{}
	if err := r.Client.Get(ctx, req.NamespacedName, profile); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	merged, err := lookup.Merged(ctx, r.Client, profile)
	var missing *lookup.NotFoundError
	if errors.As(err, &missing) {
		return ctrl.Result{}, nil // Parents are watched.
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	before := profile.DeepCopy()
	profile.Status.CloudProfileSpec, profile.Status.ObservedGeneration = *merged.Spec, profile.Generation
	_, err = apply.MergeStatus(ctx, r.Client, before, profile)
	return ctrl.Result{}, err
}
