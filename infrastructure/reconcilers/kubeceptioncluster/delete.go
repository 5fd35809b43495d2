// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncluster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/hosts"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

// reconcileDelete takes the namespace away once no machine is in it.
func (r *Reconciler) reconcileDelete(ctx context.Context, s *scope) (ctrl.Result, error) {
	return runPhases(ctx, s, r.awaitMachines, r.connectForDeletion, r.deleteNamespace)
}

// deleting says what the deletion waits for.
func (s *scope) deleting(reason, message string) {
	s.set(infrav1.DeletingCondition, metav1.ConditionTrue, reason, message)
}

// finish lets the KubeceptionCluster go.
func (r *Reconciler) finish(s *scope) phaseResult {
	s.deleting(clusterv1.DeletionCompletedReason, "")
	r.Hosts.Release(s.reference(), s.user())
	controllerutil.RemoveFinalizer(s.infraCluster, infrav1.ClusterFinalizer)
	return stop()
}

// awaitMachines keeps the namespace for machines, which delete their pods by themselves. The Cluster controller deletes
// them first; this is for a KubeceptionCluster that is deleted alone. KubeceptionMachines are watched.
func (r *Reconciler) awaitMachines(ctx context.Context, s *scope) (phaseResult, error) {
	list := &infrav1.KubeceptionMachineList{}
	err := r.Client.List(ctx, list, client.InNamespace(s.cluster.Namespace), client.MatchingLabels{clusterv1.ClusterNameLabel: s.cluster.Name})
	if err != nil {
		return phaseResult{}, fmt.Errorf("list KubeceptionMachines: %w", err)
	}
	if len(list.Items) == 0 {
		return next(), nil
	}
	const shown = 5
	var names []string
	for i := range list.Items[:min(len(list.Items), shown)] {
		names = append(names, list.Items[i].Name)
	}
	s.deleting(infrav1.DeletingWaitingForMachinesReason, fmt.Sprintf(
		"Waiting for %d KubeceptionMachines to be deleted: %s", len(list.Items), strings.Join(names, ", ")))
	return stop(), nil
}

func (r *Reconciler) connectForDeletion(ctx context.Context, s *scope) (phaseResult, error) {
	err := r.connect(ctx, s)
	if err == nil {
		return next(), nil
	}
	if _, abandoned := s.infraCluster.Annotations[infrav1.AbandonHostAnnotation]; abandoned && !errors.Is(err, connections.ErrConnecting) {
		return r.finish(s), nil
	}
	condition, known := hosts.Problem(err, conditions.IsTrue(s.infraCluster, infrav1.HostReachableCondition))
	if !known {
		return phaseResult{}, err
	}
	conditions.Set(s.infraCluster, condition)
	s.deleting(infrav1.DeletingWaitingForHostReason, fmt.Sprintf(
		"%v. If the host cluster is gone for good, annotate the KubeceptionCluster with %s to let it go", err, infrav1.AbandonHostAnnotation))
	return stop(), nil // The connection calls again.
}

// deleteNamespace deletes the namespace if it was made for these machines; what belongs to something else is not ours.
func (r *Reconciler) deleteNamespace(ctx context.Context, s *scope) (phaseResult, error) {
	existing, err := getNamespace(ctx, s.host, s.namespace())
	if err != nil {
		return phaseResult{}, err
	}
	if existing == nil || machine.ClusterOf(existing) != s.key() {
		return r.finish(s), nil
	}
	if _, err := apply.Delete(ctx, s.host.Client, existing); err != nil {
		return phaseResult{}, fmt.Errorf("delete namespace %s of the host cluster: %w", existing.Name, err)
	}
	s.deleting(infrav1.DeletingWaitingForNamespaceReason,
		fmt.Sprintf("Waiting for namespace %s of the host cluster to be deleted", existing.Name))
	return stop(), nil // The namespace is watched.
}
