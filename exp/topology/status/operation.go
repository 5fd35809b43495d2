// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// RetryDuration is how long an operation with errors goes on before it has failed, as Gardener's default says.
const RetryDuration = 12 * time.Hour

const (
	descriptionSucceeded = "Shoot cluster has been successfully reconciled."
	fullProgress         = 100
)

// setOperation says how far the operation of a Shoot is, and begins one where something has changed.
func setOperation(status *gardencorev1beta1.ShootStatus, shoot *gardencorev1beta1.Shoot, seen *Observation) {
	if begins(status, shoot, seen) {
		begin(status, shoot, seen)
	}
	if status.LastOperation.State == gardencorev1beta1.LastOperationStateSucceeded {
		status.LastErrors = withoutOurs(status.LastErrors)
		return
	}
	status.LastErrors = mergeErrors(status.LastErrors, problems(shoot, seen), seen.Now)
	progress, waiting := progressOf(shoot, seen)
	last := *status.LastOperation
	last.Progress = max(last.Progress, progress)
	switch {
	case len(status.LastErrors) > 0:
		last.State, last.Description = stateOfErrors(status, seen.Now), status.LastErrors[0].Description
	case waiting == "":
		last.State, last.Description, last.Progress = gardencorev1beta1.LastOperationStateSucceeded, descriptionSucceeded, fullProgress
		status.RetryCycleStartTime, status.SeedName = nil, shoot.Spec.SeedName
	default:
		last.State, last.Description = gardencorev1beta1.LastOperationStateProcessing, waiting
	}
	if last != *status.LastOperation {
		last.LastUpdateTime = metav1.Time{Time: seen.Now}
		status.LastOperation = &last
	}
}

// begins reports whether there is a change that no operation has seen: a first sight, a deletion, a new generation, or something
// in the Cluster that rolls although the Shoot is the same, as after a change of the CloudProfile.
func begins(status *gardencorev1beta1.ShootStatus, shoot *gardencorev1beta1.Shoot, seen *Observation) bool {
	last := status.LastOperation
	switch {
	case last == nil, last.State == gardencorev1beta1.LastOperationStatePending, last.State == gardencorev1beta1.LastOperationStateAborted:
		return true
	case last.Type != operationType(status, shoot), status.ObservedGeneration != shoot.Generation:
		return true
	}
	return last.State == gardencorev1beta1.LastOperationStateSucceeded && (changing(shoot, seen) || len(withoutOurs(status.LastErrors)) > 0)
}

// operationType is Create until the first operation has succeeded.
func operationType(status *gardencorev1beta1.ShootStatus, shoot *gardencorev1beta1.Shoot) gardencorev1beta1.LastOperationType {
	last := status.LastOperation
	switch {
	case !shoot.DeletionTimestamp.IsZero():
		return gardencorev1beta1.LastOperationTypeDelete
	case last == nil:
		return gardencorev1beta1.LastOperationTypeCreate
	case last.Type == gardencorev1beta1.LastOperationTypeCreate && last.State != gardencorev1beta1.LastOperationStateSucceeded:
		return gardencorev1beta1.LastOperationTypeCreate
	case last.Type == gardencorev1beta1.LastOperationTypeCreate && status.ObservedGeneration == shoot.Generation:
		return gardencorev1beta1.LastOperationTypeCreate // It is complete; nothing new has begun.
	}
	return gardencorev1beta1.LastOperationTypeReconcile
}

func begin(status *gardencorev1beta1.ShootStatus, shoot *gardencorev1beta1.Shoot, seen *Observation) {
	kind := operationType(status, shoot)
	if last := status.LastOperation; last != nil && last.State == gardencorev1beta1.LastOperationStateSucceeded && kind == gardencorev1beta1.LastOperationTypeCreate {
		kind = gardencorev1beta1.LastOperationTypeReconcile
	}
	now := metav1.Time{Time: seen.Now}
	status.LastOperation = &gardencorev1beta1.LastOperation{Type: kind, State: gardencorev1beta1.LastOperationStateProcessing, LastUpdateTime: now}
	status.RetryCycleStartTime, status.ObservedGeneration, status.Gardener = &now, shoot.Generation, seen.Gardener
}

// changing reports whether the Cluster is brought to another state than it had. Machines that fail or are scaled are no operation.
func changing(shoot *gardencorev1beta1.Shoot, seen *Observation) bool {
	if !translated(shoot, seen.Cluster) || seen.ControlPlane == nil {
		return true
	}
	rolls := func(conditions []metav1.Condition) bool {
		return isTrue(conditionOf(conditions, clusterv1.RollingOutCondition))
	}
	return isFalse(conditionOf(seen.Cluster.Status.Conditions, clusterv1.ClusterTopologyReconciledCondition)) ||
		isFalse(of(seen.ControlPlane, controlplanev1.ConfigurationValidCondition)) ||
		rolls(seen.ControlPlane.Status.Conditions) || rolls(seen.Cluster.Status.Conditions) ||
		slices.ContainsFunc(seen.Deployments, func(d clusterv1.MachineDeployment) bool { return rolls(d.Status.Conditions) })
}

// stateOfErrors is Failed for errors that trying again does not mend, and after the time for retries; otherwise Error.
func stateOfErrors(status *gardencorev1beta1.ShootStatus, now time.Time) gardencorev1beta1.LastOperationState {
	for i := range status.LastErrors {
		if Final(status.LastErrors[i].Codes) {
			return gardencorev1beta1.LastOperationStateFailed
		}
	}
	if since := status.RetryCycleStartTime; since != nil && now.Sub(since.Time) > RetryDuration {
		return gardencorev1beta1.LastOperationStateFailed
	}
	return gardencorev1beta1.LastOperationStateError
}
