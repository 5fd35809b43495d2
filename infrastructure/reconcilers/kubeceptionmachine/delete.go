// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachine

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/hosts"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

// deletionGrace is how long a machine that nobody needs any more may take to end. Its node was drained before.
const deletionGrace = 5 * time.Second

// reconcileDelete takes the pod away, and waits for nothing else: neither for the Machine, the Cluster nor bootstrap
// data, all of which may be gone.
func (r *Reconciler) reconcileDelete(ctx context.Context, s *scope) error {
	if s.place().Namespace == "" { // No pod was ever made.
		r.finish(s)
		return nil
	}
	return runPhases(ctx, s, r.connectForDeletion, r.deletePod, r.deleteSecret)
}

// deleting says what the deletion waits for.
func (s *scope) deleting(reason, message string) {
	s.set(infrav1.DeletingCondition, metav1.ConditionTrue, reason, message)
}

// finish lets the machine go.
func (r *Reconciler) finish(s *scope) {
	s.deleting(clusterv1.DeletionCompletedReason, "")
	r.Hosts.Release(s.reference(), s.user())
	controllerutil.RemoveFinalizer(s.infraMachine, infrav1.MachineFinalizer)
}

func (r *Reconciler) connectForDeletion(ctx context.Context, s *scope) (bool, error) {
	err := r.connect(ctx, s)
	if err == nil {
		return true, nil
	}
	if r.abandoned(s) && !errors.Is(err, connections.ErrConnecting) {
		r.finish(s)
		return false, nil
	}
	condition, known := hosts.Problem(err, conditions.IsTrue(s.infraMachine, infrav1.HostReachableCondition))
	if !known {
		return false, err
	}
	conditions.Set(s.infraMachine, condition)
	s.deleting(infrav1.DeletingWaitingForHostReason, fmt.Sprintf(
		"%v. If the host cluster is gone for good, annotate the KubeceptionMachine or its KubeceptionCluster with %s to let it go",
		err, infrav1.AbandonHostAnnotation))
	return false, nil // The connection calls again.
}

// abandoned reports whether the user has given the host cluster up, for this machine or for all of them.
func (r *Reconciler) abandoned(s *scope) bool {
	_, abandoned := s.infraMachine.Annotations[infrav1.AbandonHostAnnotation]
	if s.infraCluster != nil && !abandoned {
		_, abandoned = s.infraCluster.Annotations[infrav1.AbandonHostAnnotation]
	}
	return abandoned
}

// deletePod waits until the pod is gone; pods are watched. A pod that ran for another machine is left to its own fate.
func (r *Reconciler) deletePod(ctx context.Context, s *scope) (bool, error) {
	pod, err := getPod(ctx, s.host.Client, s.podKey())
	if pod == nil && err == nil { // The cache may not know it yet.
		pod, err = getPod(ctx, s.host.Live, s.podKey())
	}
	if err != nil {
		return false, err
	}
	if pod == nil || decide(s.infraMachine.Spec.ProviderID, pod) == foreign {
		return true, nil
	}
	if _, err := apply.End(ctx, s.host.Client, pod, deletionGrace); err != nil {
		return false, fmt.Errorf("delete the pod: %w", err)
	}
	s.deleting(infrav1.DeletingWaitingForPodReason, fmt.Sprintf("Waiting for pod %s of the host cluster to end", s.podKey()))
	return false, nil
}

// deleteSecret removes what the machine was told, and lets the machine go.
func (r *Reconciler) deleteSecret(ctx context.Context, s *scope) (bool, error) {
	secret := &corev1.Secret{}
	err := s.host.Live.Get(ctx, s.podKey(), secret)
	if client.IgnoreNotFound(err) != nil {
		return false, fmt.Errorf("get Secret %s of the host cluster: %w", s.podKey(), err)
	}
	if err == nil && machine.Of(secret) == client.ObjectKeyFromObject(s.infraMachine) {
		if _, err := apply.Delete(ctx, s.host.Client, secret); err != nil {
			return false, fmt.Errorf("delete the Secret: %w", err)
		}
	}
	r.finish(s)
	return false, nil
}
