// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

// Health is the value of the label shoot.gardener.cloud/status.
type Health string

// Values of the label, from the best to the worst.
const (
	Healthy     Health = "healthy"
	Progressing Health = "progressing"
	Unknown     Health = "unknown"
	Unhealthy   Health = "unhealthy"
)

var severity = map[Health]int{Healthy: 0, Progressing: 1, Unknown: 2, Unhealthy: 3}

// healthOf follows Gardener: while a Shoot is created or deleted only errors count, afterwards the worst of its conditions and of
// the last operation.
func healthOf(status *gardencorev1beta1.ShootStatus) Health {
	last := status.LastOperation
	if last == nil || last.State == gardencorev1beta1.LastOperationStatePending {
		return Healthy // What the scheduler tells of seeds is not among Gardener's errors.
	}
	errors := Healthy
	if len(status.LastErrors) > 0 {
		errors = Unhealthy
	}
	succeeded := last.State == gardencorev1beta1.LastOperationStateSucceeded
	if last.Type == gardencorev1beta1.LastOperationTypeDelete || last.Type == gardencorev1beta1.LastOperationTypeCreate && !succeeded {
		return errors
	}
	worst := Healthy
	for i := range status.Conditions {
		worst = worse(worst, ofCondition(status.Conditions[i].Status))
	}
	switch {
	case last.State == gardencorev1beta1.LastOperationStateProcessing:
		return worse(worst, errors)
	case succeeded:
		return worst
	}
	return Unhealthy
}

func worse(a, b Health) Health {
	if severity[b] > severity[a] {
		return b
	}
	return a
}

func ofCondition(status gardencorev1beta1.ConditionStatus) Health {
	switch status {
	case gardencorev1beta1.ConditionTrue:
		return Healthy
	case gardencorev1beta1.ConditionProgressing:
		return Progressing
	case gardencorev1beta1.ConditionUnknown:
		return Unknown
	}
	return Unhealthy
}
