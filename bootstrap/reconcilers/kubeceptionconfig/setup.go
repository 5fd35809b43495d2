// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/predicates"
	"sigs.k8s.io/cluster-api/util/secret"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// SetupWithManager watches what a configuration depends on: itself, its owner, its Cluster and the connection to it,
// and the Secrets of the Cluster.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error {
	log := ctrl.LoggerFrom(ctx).WithValues("controller", "kubeceptionconfig")
	filter := predicates.ResourceHasFilterLabel(mgr.GetScheme(), log, r.WatchFilterValue)
	changed := predicate.ResourceVersionChangedPredicate{}
	err := ctrl.NewControllerManagedBy(mgr).
		For(&bootstrapv1.KubeceptionConfig{}, builder.WithPredicates(filter)).
		Watches(&clusterv1.Machine{}, handler.EnqueueRequestsFromMapFunc(ofMachine), builder.WithPredicates(filter, changed)).
		Watches(&clusterv1.MachinePool{}, handler.EnqueueRequestsFromMapFunc(ofMachinePool), builder.WithPredicates(filter, changed)).
		Watches(&clusterv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(r.ofCluster), builder.WithPredicates(filter, clusterChanged())).
		Owns(&corev1.Secret{}, builder.WithPredicates(changed)).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(r.ofAuthority), builder.WithPredicates(changed)).
		WatchesRawSource(r.Clusters.GetClusterSource("kubeceptionconfig", r.ofCluster)).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for KubeceptionConfig: %w", err)
	}
	return nil
}

// clusterChanged leaves out what nothing here depends on.
func clusterChanged() predicate.Predicate {
	relevant := func(object client.Object) []any {
		cluster, ok := object.(*clusterv1.Cluster)
		if !ok {
			return nil
		}
		var versions []clusterv1.StatusVersion
		if cluster.Status.ControlPlane != nil {
			versions = cluster.Status.ControlPlane.Versions
		}
		return []any{cluster.Generation, cluster.Annotations, cluster.Status.Initialization, versions}
	}
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return !apiequality.Semantic.DeepEqual(relevant(e.ObjectOld), relevant(e.ObjectNew))
	}}
}

// ofMachine finds the configuration of a Machine.
func ofMachine(_ context.Context, object client.Object) []reconcile.Request {
	machine, ok := object.(*clusterv1.Machine)
	if !ok {
		return nil
	}
	return ofReference(machine.Namespace, machine.Spec.Bootstrap.ConfigRef)
}

// ofMachinePool finds the configuration of a MachinePool.
func ofMachinePool(_ context.Context, object client.Object) []reconcile.Request {
	pool, ok := object.(*clusterv1.MachinePool)
	if !ok {
		return nil
	}
	return ofReference(pool.Namespace, pool.Spec.Template.Spec.Bootstrap.ConfigRef)
}

func ofReference(namespace string, ref clusterv1.ContractVersionedObjectReference) []reconcile.Request {
	if !isOurs(ref) {
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: namespace, Name: ref.Name}}}
}

// ofAuthority finds the configurations that may wait for the certificates of an authority.
func (r *Reconciler) ofAuthority(ctx context.Context, object client.Object) []reconcile.Request {
	cluster := object.GetLabels()[clusterv1.ClusterNameLabel]
	if name := object.GetName(); name != secret.Name(cluster, secret.ClusterCA) && name != secret.Name(cluster, kubeletCA) {
		return nil
	}
	return r.find(ctx, object.GetNamespace(), cluster)
}

// ofCluster finds the configurations of a Cluster.
func (r *Reconciler) ofCluster(ctx context.Context, object client.Object) []reconcile.Request {
	return r.find(ctx, object.GetNamespace(), object.GetName())
}

func (r *Reconciler) find(ctx context.Context, namespace, cluster string) []reconcile.Request {
	list := &bootstrapv1.KubeceptionConfigList{}
	err := r.Client.List(ctx, list, client.InNamespace(namespace), client.MatchingLabels{clusterv1.ClusterNameLabel: cluster})
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "List the configurations of a Cluster", "Cluster", client.ObjectKey{Namespace: namespace, Name: cluster})
		return nil
	}
	var requests []reconcile.Request
	for i := range list.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
	}
	return requests
}
