// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machineset

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// Gardener's safetyUp and safetyDown: how far above the desired number a MachineSet is frozen, and how far below that it
// is let go again.
const (
	safetyUp   = 2
	safetyDown = 1
)

// limits are the number of machines at which a MachineSet is frozen, and that at which it is let go. A MachineSet without
// a MachineDeployment may have twice as many machines as it should, because nothing else is known of it.
func limits(set *clusterv1.MachineSet, deployment *clusterv1.MachineDeployment) (upper, lower int) {
	upper = 2*int(ptr.Deref(set.Spec.Replicas, 1)) + safetyUp
	if deployment != nil {
		replicas := int(ptr.Deref(deployment.Spec.Replicas, 1))
		upper = replicas + surge(deployment, replicas) + safetyUp
	}
	return upper, upper - safetyDown
}

// surge is how many machines a rollout may add.
func surge(deployment *clusterv1.MachineDeployment, replicas int) int {
	maxSurge := ptr.Deref(deployment.Spec.Rollout.Strategy.RollingUpdate.MaxSurge, intstr.FromInt32(1))
	surge, err := intstr.GetScaledValueFromIntOrPercent(&maxSurge, replicas, true)
	if err != nil {
		return 0 // Cluster API refuses such a value.
	}
	return surge
}

// overshoots reports whether a MachineSet with so many machines is to be frozen, and why. What is frozen stays so until
// there are a little fewer, so that it does not go back and forth. A MachineSet that is being scaled down is none: it has
// not more machines than it was asked for, or knows that it has and deletes them; frozen, it could not.
func overshoots(set *clusterv1.MachineSet, deployment *clusterv1.MachineDeployment, machines int) (bool, string) {
	upper, lower := limits(set, deployment)
	if why, frozen := set.Annotations[infrav1.FrozenAnnotation]; frozen {
		return machines > lower, why
	}
	wanted := ptr.Deref(set.Spec.Replicas, 1)
	upper = max(upper, int(wanted)+safetyUp)
	return machines >= upper && ptr.Deref(set.Status.Replicas, 0) <= wanted, fmt.Sprintf(
		"%d machines exist and fewer than %d are expected; delete those that are too many, and find out who made them", machines, upper)
}
