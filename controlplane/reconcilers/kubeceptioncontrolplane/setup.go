// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/predicates"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
)

// SetupWithManager watches what a control plane depends on: itself, its Cluster and the machines of that, what its spec
// refers to and what it generated in the management cluster, and its objects in the seed and in the workload cluster.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error {
	r.roots = &pki.Store{Client: r.Client, Live: r.Live, Now: r.Now}
	log := ctrl.LoggerFrom(ctx).WithValues("controller", "kubeceptioncontrolplane")
	filter := predicates.ResourceHasFilterLabel(mgr.GetScheme(), log, r.WatchFilterValue)
	secrets := &metav1.PartialObjectMetadata{}
	secrets.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	b := ctrl.NewControllerManagedBy(mgr)
	for _, worker := range []client.Object{
		&clusterv1.Machine{}, &clusterv1.MachineSet{}, &clusterv1.MachineDeployment{}, &clusterv1.MachinePool{},
	} {
		b.Watches(worker, handler.EnqueueRequestsFromMapFunc(r.ofMember), builder.WithPredicates(workerChanged()))
	}
	err := b.
		For(&controlplanev1.KubeceptionControlPlane{}, builder.WithPredicates(filter)).
		Watches(&clusterv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(r.ofCluster), builder.WithPredicates(filter, clusterChanged())).
		// Roots and the kubeconfig are read from the cache, so its own events are needed: those of another one may come
		// before it knows. What the spec refers to is read live.
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.ofMember), builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})).
		WatchesRawSource(source.Kind[client.Object](r.References, secrets, handler.EnqueueRequestsFromMapFunc(r.ofReference(true)), predicate.ResourceVersionChangedPredicate{})).
		WatchesMetadata(&corev1.ConfigMap{}, handler.EnqueueRequestsFromMapFunc(r.ofReference(false)), builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})).
		WatchesRawSource(r.Seeds.Source()).
		WatchesRawSource(r.Targets.Source()).
		WatchesRawSource(r.Clusters.GetClusterSource("kubeceptioncontrolplane", r.ofCluster)).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for KubeceptionControlPlane: %w", err)
	}
	return nil
}

// clusterChanged leaves out what the Cluster controller writes to status: nothing here depends on it.
func clusterChanged() predicate.Predicate {
	return predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})
}

// ofCluster finds the control plane of a Cluster.
func (r *Reconciler) ofCluster(_ context.Context, object client.Object) []reconcile.Request {
	cluster, ok := object.(*clusterv1.Cluster)
	if !ok || cluster.Spec.ControlPlaneRef.Kind != kind {
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Spec.ControlPlaneRef.Name}}}
}

// ofMember finds the control plane of the Cluster that an object belongs to: root material, the kubeconfig, a machine.
func (r *Reconciler) ofMember(ctx context.Context, object client.Object) []reconcile.Request {
	labels := client.MatchingLabels{clusterv1.ClusterNameLabel: object.GetLabels()[clusterv1.ClusterNameLabel]}
	return r.find(ctx, object, func(*controlplanev1.KubeceptionControlPlane) bool { return true }, labels)
}

// ofReference finds the control planes that refer to a Secret or ConfigMap by name.
func (r *Reconciler) ofReference(secret bool) handler.MapFunc {
	return func(ctx context.Context, object client.Object) []reconcile.Request {
		return r.find(ctx, object, func(controlPlane *controlplanev1.KubeceptionControlPlane) bool {
			return refersTo(controlPlane.Spec.KubeceptionControlPlaneConfiguration, secret, object.GetName())
		})
	}
}

// find returns requests for the control planes in the namespace of an object that a condition is true for.
func (r *Reconciler) find(
	ctx context.Context, object client.Object, is func(*controlplanev1.KubeceptionControlPlane) bool, options ...client.ListOption,
) []reconcile.Request {
	list := &controlplanev1.KubeceptionControlPlaneList{}
	if err := r.Client.List(ctx, list, append(options, client.InNamespace(object.GetNamespace()))...); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "List control planes that an object belongs to", "object", client.ObjectKeyFromObject(object))
		return nil
	}
	var requests []reconcile.Request
	for i := range list.Items {
		if is(&list.Items[i]) {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
	}
	return requests
}
