// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudprofile

import (
	"context"
	"fmt"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Reconciler keeps the status of CloudProfiles.
type Reconciler struct {
	// Client reads from the manager's cache and writes.
	Client client.Client
	// Now is the clock.
	Now func() time.Time
}

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=cloudprofiles;namespacedcloudprofiles,verbs=get;list;watch
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=cloudprofiles/status;namespacedcloudprofiles/status,verbs=patch

// SetupWithManager watches CloudProfiles.
func (r *Reconciler) SetupWithManager(_ context.Context, mgr ctrl.Manager, options controller.Options) error {
	err := ctrl.NewControllerManagedBy(mgr).
		For(&gardencorev1beta1.CloudProfile{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for CloudProfiles: %w", err)
	}
	return nil
}

// Reconcile classifies the versions of one CloudProfile, and comes back when one of them changes its class.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	profile := &gardencorev1beta1.CloudProfile{}
	if err := r.Client.Get(ctx, req.NamespacedName, profile); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	now := r.Now()
	before := profile.DeepCopy()
	profile.Status = versions.Status(&profile.Spec, now)
	if _, err := apply.MergeStatus(ctx, r.Client, before, profile); err != nil {
		return ctrl.Result{}, err
	}
	next, found := versions.NextChange(&profile.Spec, now)
	if !found {
		return ctrl.Result{}, nil
	}
	return ctrl.Result{RequeueAfter: next.Sub(now)}, nil
}
