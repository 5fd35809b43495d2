// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/seeds"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const (
	// workersPeriod is the time between two looks for worker machines. They are not watched: only a deletion asks.
	workersPeriod = 10 * time.Second
	// namespacePeriod is the time between two looks at what keeps a namespace, which is not ours and not watched.
	namespacePeriod = 5 * time.Second
)

// reconcileDelete removes everything in the seed: workloads first, then etcd, then its secrets, then the namespace.
// Secrets in the namespace of the Cluster have the control plane as owner and go with it.
func (r *Reconciler) reconcileDelete(ctx context.Context, s *scope) (ctrl.Result, error) {
	result, err := runPhases(ctx, s,
		r.awaitWorkers,
		r.connectForDeletion,
		r.checkOwnership,
		r.deleteComponents,
		r.deleteNamespace,
	)
	if err != nil && s.seed != nil {
		s.deleting(controlplanev1.DeletingWaitingForComponentsReason, err.Error())
	}
	return result, err
}

// deleting says what the deletion waits for.
func (s *scope) deleting(reason, message string) {
	s.set(controlplanev1.DeletingCondition, metav1.ConditionTrue, reason, message)
}

// finish lets the control plane go.
func (r *Reconciler) finish(s *scope) phaseResult {
	s.deleting(clusterv1.DeletionCompletedReason, "")
	r.Seeds.Release(s.controlPlane.Spec.Seed, s.user)
	r.Targets.Forget(s.user.Cluster)
	controllerutil.RemoveFinalizer(s.controlPlane, controlplanev1.Finalizer)
	return stop()
}

// awaitWorkers keeps the API server for worker machines, which are drained and deleted through it. The Cluster
// controller deletes them first; this is for a control plane that is deleted alone.
func (r *Reconciler) awaitWorkers(ctx context.Context, s *scope) (phaseResult, error) {
	machines := &clusterv1.MachineList{}
	if err := r.Live.List(ctx, machines, client.InNamespace(s.cluster.Namespace),
		client.MatchingLabels{clusterv1.ClusterNameLabel: s.cluster.Name}, client.Limit(5)); err != nil {
		return phaseResult{}, fmt.Errorf("list Machines: %w", err)
	}
	if len(machines.Items) == 0 {
		return next(), nil
	}
	names := make([]string, 0, len(machines.Items))
	for _, machine := range machines.Items {
		names = append(names, machine.Name)
	}
	s.deleting(controlplanev1.DeletingWaitingForWorkersReason,
		fmt.Sprintf("Waiting for worker Machines to be deleted: %s", strings.Join(names, ", ")))
	return stopFor(workersPeriod), nil
}

func (r *Reconciler) connectForDeletion(ctx context.Context, s *scope) (phaseResult, error) {
	err := r.connect(ctx, s)
	if err == nil {
		return next(), nil
	}
	if _, abandoned := s.controlPlane.Annotations[controlplanev1.AbandonSeedAnnotation]; abandoned && !errors.Is(err, seeds.ErrConnecting) {
		return r.finish(s), nil
	}
	if !s.seedProblem(err) {
		return phaseResult{}, err
	}
	s.deleting(controlplanev1.DeletingWaitingForSeedReason, fmt.Sprintf(
		"%v. If the seed is gone for good, annotate the control plane with %s to let it go", err, controlplanev1.AbandonSeedAnnotation))
	return stop(), nil // The connection calls again.
}

// checkOwnership lets a control plane go at once whose namespace in the seed is gone, or was never its own: what is
// in there belongs to another one.
func (r *Reconciler) checkOwnership(ctx context.Context, s *scope) (phaseResult, error) {
	owns, err := s.seed.Owns(ctx, s.seedNamespace(), s.user.Cluster)
	if err != nil {
		return phaseResult{}, err
	}
	if !owns {
		return r.finish(s), nil
	}
	return next(), nil
}

func (r *Reconciler) deleteComponents(ctx context.Context, s *scope) (phaseResult, error) {
	remaining, err := s.engine().Delete(ctx, s.seedNamespace(), r.Components)
	if err != nil {
		return phaseResult{}, fmt.Errorf("delete components: %w", err)
	}
	if len(remaining) == 0 {
		return next(), nil
	}
	reason := controlplanev1.DeletingWaitingForComponentsReason
	if first := remaining[0].Component; first == wiring.EtcdMain || first == wiring.EtcdEvents {
		reason = controlplanev1.DeletingWaitingForEtcdReason
	}
	messages := make([]string, 0, len(remaining))
	for _, c := range remaining {
		messages = append(messages, c.String())
	}
	s.deleting(reason, strings.Join(messages, "\n"))
	return stop(), nil // What remains is watched.
}

func (r *Reconciler) deleteNamespace(ctx context.Context, s *scope) (phaseResult, error) {
	gone, message, err := s.seed.DeleteNamespace(ctx, s.seedNamespace(), s.user.Cluster)
	if err != nil {
		return phaseResult{}, err
	}
	if gone {
		return r.finish(s), nil
	}
	if message != "" {
		message = ": " + message
	}
	s.deleting(controlplanev1.DeletingWaitingForNamespaceReason,
		fmt.Sprintf("Waiting for namespace %s of the seed to be deleted%s", s.seedNamespace(), message))
	return stopFor(namespacePeriod), nil
}
