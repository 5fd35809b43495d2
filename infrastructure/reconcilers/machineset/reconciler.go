// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machineset

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/predicates"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Reconciler freezes MachineSets of local machines.
type Reconciler struct {
	// Client reads from the manager's cache and writes to the management cluster.
	Client client.Client
	// APIReader reads from the management cluster itself.
	APIReader client.Reader
	// Recorder emits events.
	Recorder events.EventRecorder
	// WatchFilterValue selects the objects to reconcile by the label cluster.x-k8s.io/watch-filter.
	WatchFilterValue string
}

// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=machinesets;machinedeployments,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters;machines,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile freezes one MachineSet or lets it go. What somebody else paused is left alone.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	set := &clusterv1.MachineSet{}
	if err := r.Client.Get(ctx, req.NamespacedName, set); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	ref := set.Spec.Template.Spec.InfrastructureRef
	if ref.APIGroup != infrav1.GroupVersion.Group || ref.Kind != "KubeceptionMachineTemplate" {
		return ctrl.Result{}, nil
	}
	if paused, err := r.paused(ctx, set); err != nil || paused {
		return ctrl.Result{}, err
	}
	deployment, err := r.deploymentOf(ctx, set)
	if err != nil {
		return ctrl.Result{}, err
	}
	machines, err := count(ctx, r.Client, set)
	if err != nil {
		return ctrl.Result{}, err
	}
	if too, _ := overshoots(set, deployment, machines); too {
		// The cache may still hold machines that the MachineSet, as it is seen here, has deleted already.
		if machines, err = count(ctx, r.APIReader, set); err != nil {
			return ctrl.Result{}, err
		}
	}
	if too, why := overshoots(set, deployment, machines); too {
		return ctrl.Result{}, r.freeze(ctx, set, deployment, why)
	}
	return ctrl.Result{}, r.unfreeze(ctx, set, deployment, machines)
}

// paused reports whether somebody else paused the MachineSet, or its Cluster.
func (r *Reconciler) paused(ctx context.Context, set *clusterv1.MachineSet) (bool, error) {
	if annotated(set, clusterv1.PausedAnnotation) && !annotated(set, infrav1.FrozenAnnotation) {
		return true, nil
	}
	cluster := &clusterv1.Cluster{}
	if err := r.Client.Get(ctx, client.ObjectKey{Namespace: set.Namespace, Name: set.Spec.ClusterName}, cluster); err != nil {
		return false, client.IgnoreNotFound(err)
	}
	return ptr.Deref(cluster.Spec.Paused, false), nil
}

// freeze pauses the MachineSet and its MachineDeployment. A MachineDeployment that somebody else paused stays theirs.
func (r *Reconciler) freeze(ctx context.Context, set *clusterv1.MachineSet, deployment *clusterv1.MachineDeployment, why string) error {
	annotations := map[string]*string{clusterv1.PausedAnnotation: new(""), infrav1.FrozenAnnotation: &why}
	result, err := apply.Annotate(ctx, r.Client, set, annotations)
	if err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	if result == apply.Updated {
		r.Recorder.Eventf(set, nil, corev1.EventTypeWarning, infrav1.MachineSetsFrozenReason, "Freeze", "%s", why)
	}
	if deployment == nil || annotated(deployment, clusterv1.PausedAnnotation) {
		return nil
	}
	if _, err := apply.Annotate(ctx, r.Client, deployment, annotations); err != nil {
		return fmt.Errorf("freeze: %w", err)
	}
	return nil
}

// unfreeze lets go what is frozen: the MachineDeployment with its last frozen MachineSet, and before that, so that a
// manager that dies in between comes back to it.
func (r *Reconciler) unfreeze(ctx context.Context, set *clusterv1.MachineSet, deployment *clusterv1.MachineDeployment, count int) error {
	annotations := map[string]*string{clusterv1.PausedAnnotation: nil, infrav1.FrozenAnnotation: nil}
	if deployment != nil && annotated(deployment, infrav1.FrozenAnnotation) {
		sets, err := r.setsOf(ctx, deployment)
		if err != nil {
			return err
		}
		last := !slices.ContainsFunc(sets, func(other clusterv1.MachineSet) bool {
			return other.Name != set.Name && annotated(&other, infrav1.FrozenAnnotation)
		})
		if last {
			if _, err := apply.Annotate(ctx, r.Client, deployment, annotations); err != nil {
				return fmt.Errorf("unfreeze: %w", err)
			}
		}
	}
	if !annotated(set, infrav1.FrozenAnnotation) {
		return nil
	}
	if _, err := apply.Annotate(ctx, r.Client, set, annotations); err != nil {
		return fmt.Errorf("unfreeze: %w", err)
	}
	r.Recorder.Eventf(set, nil, corev1.EventTypeNormal, "Unfrozen", "Unfreeze", "%d machines are left, which is as expected", count)
	return nil
}

func annotated(object client.Object, annotation string) bool {
	_, found := object.GetAnnotations()[annotation]
	return found
}

// deploymentOf returns the MachineDeployment of a MachineSet; nil if it has none.
func (r *Reconciler) deploymentOf(ctx context.Context, set *clusterv1.MachineSet) (*clusterv1.MachineDeployment, error) {
	owner := metav1.GetControllerOf(set)
	if owner == nil || owner.Kind != "MachineDeployment" {
		return nil, nil
	}
	deployment := &clusterv1.MachineDeployment{}
	if err := r.Client.Get(ctx, client.ObjectKey{Namespace: set.Namespace, Name: owner.Name}, deployment); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	return deployment, nil
}

// count returns how many machines a MachineSet has, without those that are on their way out.
func count(ctx context.Context, reader client.Reader, set *clusterv1.MachineSet) (int, error) {
	list := &clusterv1.MachineList{}
	err := reader.List(ctx, list, client.InNamespace(set.Namespace), client.MatchingLabels{clusterv1.ClusterNameLabel: set.Spec.ClusterName})
	if err != nil {
		return 0, fmt.Errorf("list Machines: %w", err)
	}
	count := 0
	for i := range list.Items {
		if machine := &list.Items[i]; metav1.IsControlledBy(machine, set) && machine.DeletionTimestamp.IsZero() {
			count++
		}
	}
	return count, nil
}

// SetupWithManager watches MachineSets, and machines that come and go.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error {
	log := ctrl.LoggerFrom(ctx).WithValues("controller", "machineset")
	filter := predicates.ResourceHasFilterLabel(mgr.GetScheme(), log, r.WatchFilterValue)
	changed := predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})
	err := ctrl.NewControllerManagedBy(mgr).
		For(&clusterv1.MachineSet{}, builder.WithPredicates(filter, changed)).
		Watches(&clusterv1.MachineDeployment{}, handler.EnqueueRequestsFromMapFunc(r.ofDeployment), builder.WithPredicates(filter, changed)).
		// The time of deletion is no part of the specification, but raises the generation all the same.
		Owns(&clusterv1.Machine{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for MachineSet: %w", err)
	}
	return nil
}

// ofDeployment finds the MachineSets of a MachineDeployment.
func (r *Reconciler) ofDeployment(ctx context.Context, object client.Object) []reconcile.Request {
	sets, err := r.setsOf(ctx, object)
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Find what a change concerns", "MachineDeployment", client.ObjectKeyFromObject(object))
		return nil
	}
	requests := make([]reconcile.Request, 0, len(sets))
	for i := range sets {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&sets[i])})
	}
	return requests
}

// setsOf returns the MachineSets of a MachineDeployment.
func (r *Reconciler) setsOf(ctx context.Context, deployment client.Object) ([]clusterv1.MachineSet, error) {
	list := &clusterv1.MachineSetList{}
	if err := r.Client.List(ctx, list, client.InNamespace(deployment.GetNamespace())); err != nil {
		return nil, fmt.Errorf("list MachineSets: %w", err)
	}
	return slices.DeleteFunc(list.Items, func(set clusterv1.MachineSet) bool { return !metav1.IsControlledBy(&set, deployment) }), nil
}
