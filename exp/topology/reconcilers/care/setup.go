// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package care

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// technicalIDIndex finds Shoots by the names of their Clusters.
const technicalIDIndex = "status.technicalID"

// SetupWithManager watches Shoots and everything that their Clusters consist of.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error {
	err := mgr.GetFieldIndexer().IndexField(ctx, &gardencorev1beta1.Shoot{}, technicalIDIndex, technicalID)
	if err != nil {
		return fmt.Errorf("index Shoots by technical ID: %w", err)
	}
	ofCluster := handler.EnqueueRequestsFromMapFunc(ShootOf(r.Client))
	ofPart := handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, object client.Object) []reconcile.Request {
		return shootsOf(ctx, r.Client, object.GetNamespace(), object.GetLabels()[clusterv1.ClusterNameLabel])
	})
	err = ctrl.NewControllerManagedBy(mgr).
		Named("shoot-care").
		For(&gardencorev1beta1.Shoot{}).
		Watches(&clusterv1.Cluster{}, ofCluster).
		Watches(&controlplanev1.KubeceptionControlPlane{}, ofPart).
		Watches(&clusterv1.MachineDeployment{}, ofPart).
		Watches(&clusterv1.MachineSet{}, ofPart).
		Watches(&clusterv1.Machine{}, ofPart).
		WithOptions(options).
		Complete(apply.Yielding(r))
	if err != nil {
		return fmt.Errorf("set up the controller that keeps the status of Shoots: %w", err)
	}
	return nil
}

// ShootOf maps a Cluster to its Shoot. The cache needs the index that SetupWithManager makes.
func ShootOf(reader client.Reader) handler.MapFunc {
	return func(ctx context.Context, cluster client.Object) []reconcile.Request {
		return shootsOf(ctx, reader, cluster.GetNamespace(), cluster.GetName())
	}
}

// technicalID is the name of the Cluster of a Shoot. It is in the status before there is a Cluster.
func technicalID(object client.Object) []string {
	if shoot, ok := object.(*gardencorev1beta1.Shoot); ok && shoot.Status.TechnicalID != "" {
		return []string{shoot.Status.TechnicalID}
	}
	return nil
}

// shootsOf finds the Shoot of a Cluster: its technical ID is the name of the Cluster, which is in the namespace for it.
func shootsOf(ctx context.Context, reader client.Reader, namespace, cluster string) []reconcile.Request {
	shoots := &gardencorev1beta1.ShootList{}
	if err := reader.List(ctx, shoots, client.MatchingFields{technicalIDIndex: cluster}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "The Shoot of a Cluster is not looked at", "namespace", namespace, "name", cluster)
		return nil
	}
	var out []reconcile.Request
	for i := range shoots.Items {
		project, err := lookup.ProjectOf(ctx, reader, shoots.Items[i].Namespace)
		if err == nil && lookup.ClusterKey(project.Name, &shoots.Items[i]) == (client.ObjectKey{Namespace: namespace, Name: cluster}) {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&shoots.Items[i])})
		}
	}
	return out
}
