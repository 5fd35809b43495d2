// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachine

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/cluster-api/util/predicates"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// SetupWithManager watches what a machine depends on: itself, its Machine, its Cluster, the KubeceptionCluster, the
// kubeconfig of its host, and its pod.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error {
	log := ctrl.LoggerFrom(ctx).WithValues("controller", "kubeceptionmachine")
	filter := predicates.ResourceHasFilterLabel(mgr.GetScheme(), log, r.WatchFilterValue)
	err := ctrl.NewControllerManagedBy(mgr).
		For(&infrav1.KubeceptionMachine{}, builder.WithPredicates(filter)).
		Watches(&clusterv1.Machine{},
			handler.EnqueueRequestsFromMapFunc(util.MachineToInfrastructureMapFunc(infrav1.GroupVersion.WithKind("KubeceptionMachine"))),
			builder.WithPredicates(filter, predicate.GenerationChangedPredicate{})).
		Watches(&clusterv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(r.ofCluster), builder.WithPredicates(filter,
			predicates.ClusterPausedTransitionsOrInfrastructureProvisioned(mgr.GetScheme(), log))).
		Watches(&infrav1.KubeceptionCluster{}, handler.EnqueueRequestsFromMapFunc(r.ofMember),
			builder.WithPredicates(predicate.AnnotationChangedPredicate{})).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.ofKubeconfig), builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})).
		WatchesRawSource(r.Hosts.Source()).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for KubeceptionMachine: %w", err)
	}
	return nil
}

// ofCluster finds the machines of a Cluster.
func (r *Reconciler) ofCluster(ctx context.Context, object client.Object) []reconcile.Request {
	return r.find(ctx, object.GetNamespace(), object.GetName())
}

// ofMember finds the machines beside an object that carries the label of its Cluster.
func (r *Reconciler) ofMember(ctx context.Context, object client.Object) []reconcile.Request {
	return r.find(ctx, object.GetNamespace(), object.GetLabels()[clusterv1.ClusterNameLabel])
}

// ofKubeconfig finds the machines whose host cluster is reached by a Secret.
func (r *Reconciler) ofKubeconfig(ctx context.Context, object client.Object) []reconcile.Request {
	list := &infrav1.KubeceptionClusterList{}
	if err := r.Client.List(ctx, list, client.InNamespace(object.GetNamespace())); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "List KubeceptionClusters that refer to a Secret", "Secret", client.ObjectKeyFromObject(object))
		return nil
	}
	var requests []reconcile.Request
	for i := range list.Items {
		if list.Items[i].Spec.KubeconfigRef.Name == object.GetName() {
			requests = append(requests, r.ofMember(ctx, &list.Items[i])...)
		}
	}
	return requests
}

// find returns requests for the machines of a Cluster.
func (r *Reconciler) find(ctx context.Context, namespace, cluster string) []reconcile.Request {
	if cluster == "" {
		return nil
	}
	list := &infrav1.KubeceptionMachineList{}
	if err := r.Client.List(ctx, list, client.InNamespace(namespace), client.MatchingLabels{clusterv1.ClusterNameLabel: cluster}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "List KubeceptionMachines of a Cluster", "Cluster", client.ObjectKey{Namespace: namespace, Name: cluster})
		return nil
	}
	requests := make([]reconcile.Request, 0, len(list.Items))
	for i := range list.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
	}
	return requests
}
