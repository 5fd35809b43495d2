// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

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

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Reconciler keeps what the status of Shoots says about their fields.
type Reconciler struct {
	// Client reads from the manager's cache and writes.
	Client client.Client
	// Now is the clock.
	Now func() time.Time
}

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots,verbs=get;list;watch
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots/status,verbs=patch

// SetupWithManager watches the specifications of Shoots.
func (r *Reconciler) SetupWithManager(_ context.Context, mgr ctrl.Manager, options controller.Options) error {
	err := ctrl.NewControllerManagedBy(mgr).
		For(&gardencorev1beta1.Shoot{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WithOptions(options).
		Complete(apply.Yielding(r))
	if err != nil {
		return fmt.Errorf("set up the controller for Shoots: %w", err)
	}
	return nil
}

// Reconcile looks at the fields of one Shoot.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	shoot := &gardencorev1beta1.Shoot{}
	if err := r.Client.Get(ctx, req.NamespacedName, shoot); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	before := shoot.DeepCopy()
	setSpecCarriedOut(shoot, r.Now())
	_, err := apply.MergeStatus(ctx, r.Client, before, shoot)
	return ctrl.Result{}, err
}
