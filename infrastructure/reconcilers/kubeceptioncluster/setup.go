// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/predicates"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// SetupWithManager watches what a KubeceptionCluster depends on: itself, its Cluster, the kubeconfig of its host, what is
// in the host cluster, machines that come and go, and MachineSets that are frozen.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error {
	log := ctrl.LoggerFrom(ctx).WithValues("controller", "kubeceptioncluster")
	filter := predicates.ResourceHasFilterLabel(mgr.GetScheme(), log, r.WatchFilterValue)
	notExternal := predicates.ResourceIsNotExternallyManaged(mgr.GetScheme(), log)
	err := ctrl.NewControllerManagedBy(mgr).
		For(&infrav1.KubeceptionCluster{}, builder.WithPredicates(filter, notExternal)).
		Watches(&clusterv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(r.ofCluster), builder.WithPredicates(filter,
			predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{}))).
		Watches(&infrav1.KubeceptionMachine{}, handler.EnqueueRequestsFromMapFunc(r.ofMember), builder.WithPredicates(comesOrGoes())).
		Watches(&clusterv1.MachineSet{}, handler.EnqueueRequestsFromMapFunc(r.ofMember), builder.WithPredicates(predicate.AnnotationChangedPredicate{})).
		WatchesMetadata(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.ofKubeconfig), builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})).
		WatchesRawSource(r.Hosts.Source()).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for KubeceptionCluster: %w", err)
	}
	return nil
}

// comesOrGoes leaves out changes.
func comesOrGoes() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }}
}

// ofCluster finds the KubeceptionCluster of a Cluster.
func (r *Reconciler) ofCluster(_ context.Context, object client.Object) []reconcile.Request {
	cluster, ok := object.(*clusterv1.Cluster)
	if !ok || cluster.Spec.InfrastructureRef.Kind != kind {
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Spec.InfrastructureRef.Name}}}
}

// ofMember finds the KubeceptionCluster of an object that carries the label of its Cluster.
func (r *Reconciler) ofMember(ctx context.Context, object client.Object) []reconcile.Request {
	name := object.GetLabels()[clusterv1.ClusterNameLabel]
	return r.find(ctx, object, func(c *infrav1.KubeceptionCluster) bool { return c.Labels[clusterv1.ClusterNameLabel] == name })
}

// ofKubeconfig finds the KubeceptionClusters whose host cluster is reached by a Secret.
func (r *Reconciler) ofKubeconfig(ctx context.Context, object client.Object) []reconcile.Request {
	return r.find(ctx, object, func(c *infrav1.KubeceptionCluster) bool { return c.Spec.KubeconfigRef.Name == object.GetName() })
}

// find returns requests for the KubeceptionClusters in the namespace of an object that a condition is true for.
func (r *Reconciler) find(ctx context.Context, object client.Object, is func(*infrav1.KubeceptionCluster) bool) []reconcile.Request {
	list := &infrav1.KubeceptionClusterList{}
	if err := r.Client.List(ctx, list, client.InNamespace(object.GetNamespace())); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "List KubeceptionClusters that an object belongs to", "object", client.ObjectKeyFromObject(object))
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
