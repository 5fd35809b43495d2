// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachinetemplate

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/cluster-api/util/annotations"
	"sigs.k8s.io/cluster-api/util/patch"
	"sigs.k8s.io/cluster-api/util/predicates"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// Reconciler fills the status of templates.
type Reconciler struct {
	// Client reads from the manager's cache and writes to the management cluster.
	Client client.Client
	// WatchFilterValue selects the objects to reconcile by the label cluster.x-k8s.io/watch-filter.
	WatchFilterValue string
}

// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionmachinetemplates,verbs=get;list;watch;patch;update
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionmachinetemplates/status,verbs=get;patch;update

// Reconcile writes the status of one template; nothing when it is right.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	template := &infrav1.KubeceptionMachineTemplate{}
	if err := r.Client.Get(ctx, req.NamespacedName, template); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !template.DeletionTimestamp.IsZero() || annotations.HasPaused(template) {
		return ctrl.Result{}, nil
	}
	helper, err := patch.NewHelper(template, r.Client)
	if err != nil {
		return ctrl.Result{}, err
	}
	template.Status = statusOf(template.Spec.Template.Spec)
	if err := helper.Patch(ctx, template); err != nil {
		return ctrl.Result{}, fmt.Errorf("patch status: %w", err)
	}
	return ctrl.Result{}, nil
}

// statusOf is what is known of a machine before there is one.
func statusOf(spec infrav1.KubeceptionMachineConfiguration) infrav1.KubeceptionMachineTemplateStatus {
	status := infrav1.KubeceptionMachineTemplateStatus{
		NodeInfo: infrav1.NodeInfo{Architecture: spec.Architecture, OperatingSystem: "linux"},
	}
	capacity := corev1.ResourceList{}
	if spec.CPU != nil {
		capacity[corev1.ResourceCPU] = *spec.CPU
	}
	if spec.Memory != nil {
		capacity[corev1.ResourceMemory] = *spec.Memory
	}
	if len(capacity) > 0 {
		status.Capacity = capacity
	}
	return status
}

// SetupWithManager watches templates.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error {
	log := ctrl.LoggerFrom(ctx).WithValues("controller", "kubeceptionmachinetemplate")
	err := ctrl.NewControllerManagedBy(mgr).
		For(&infrav1.KubeceptionMachineTemplate{}, builder.WithPredicates(
			predicates.ResourceHasFilterLabel(mgr.GetScheme(), log, r.WatchFilterValue))).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for KubeceptionMachineTemplate: %w", err)
	}
	return nil
}
