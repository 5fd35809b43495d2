// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Thresholds are the times for which a condition that fails is Progressing before it is False: those of Gardener's example
// configuration.
var Thresholds = map[gardencorev1beta1.ConditionType]time.Duration{
	gardencorev1beta1.ShootAPIServerAvailable:      time.Minute,
	gardencorev1beta1.ShootControlPlaneHealthy:     time.Minute,
	gardencorev1beta1.ShootEveryNodeReady:          5 * time.Minute,
	gardencorev1beta1.ShootSystemComponentsHealthy: time.Minute,
}

// finding is what a check says: status is True, False or Unknown.
type finding struct {
	status          gardencorev1beta1.ConditionStatus
	reason, message string
	codes           []gardencorev1beta1.ErrorCode
}

// checks are the conditions of a Shoot, in the order in which Gardener lists them.
var checks = []struct {
	condition gardencorev1beta1.ConditionType
	check     func(shoot *gardencorev1beta1.Shoot, seen *Observation) finding
	// forWorkers says that a workerless Shoot has no such condition.
	forWorkers bool
}{
	{gardencorev1beta1.ShootAPIServerAvailable, apiServerAvailable, false},
	{gardencorev1beta1.ShootControlPlaneHealthy, controlPlaneHealthy, false},
	{gardencorev1beta1.ShootEveryNodeReady, everyNodeReady, true},
	{gardencorev1beta1.ShootSystemComponentsHealthy, systemComponentsHealthy, false},
}

// setConditions looks at everything and keeps the conditions of others.
func setConditions(status *gardencorev1beta1.ShootStatus, shoot *gardencorev1beta1.Shoot, seen *Observation) {
	var out []gardencorev1beta1.Condition
	for _, c := range checks {
		if c.forWorkers && len(shoot.Spec.Provider.Workers) == 0 {
			continue
		}
		found := c.check(shoot, seen)
		if status.IsHibernated {
			found = finding{status: gardencorev1beta1.ConditionTrue, reason: "ConditionNotChecked", message: "Shoot cluster has been hibernated."}
		}
		out = append(out, next(find(status.Conditions, c.condition), c.condition, found, status, seen.Now))
	}
	for _, other := range status.Conditions {
		if _, ours := Thresholds[other.Type]; !ours {
			out = append(out, other)
		}
	}
	status.Conditions = out
}

// next is a condition after a finding. One that says the same keeps its times.
func next(before *gardencorev1beta1.Condition, kind gardencorev1beta1.ConditionType, found finding, status *gardencorev1beta1.ShootStatus, now time.Time) gardencorev1beta1.Condition {
	after := gardencorev1beta1.Condition{
		Type: kind, Status: found.status, Reason: found.reason, Message: found.message, Codes: found.codes,
		LastTransitionTime: metav1.Time{Time: now}, LastUpdateTime: metav1.Time{Time: now},
	}
	if found.status == gardencorev1beta1.ConditionFalse {
		after.Status = failing(before, kind, found.reason, status.LastOperation, now)
		if after.Status == gardencorev1beta1.ConditionFalse && pardoned(status) {
			after.Status = gardencorev1beta1.ConditionProgressing
		}
	}
	return keepTimes(after, before)
}

func keepTimes(after gardencorev1beta1.Condition, before *gardencorev1beta1.Condition) gardencorev1beta1.Condition {
	if before == nil {
		return after
	}
	if after.Status == before.Status {
		after.LastTransitionTime = before.LastTransitionTime
		if after.Reason == before.Reason && after.Message == before.Message && slices.Equal(after.Codes, before.Codes) {
			after.LastUpdateTime = before.LastUpdateTime
		}
	}
	return after
}

// failing is Progressing for the threshold of the condition, since it was True or since the last operation succeeded, and also
// when it fails for another reason than before; otherwise False.
func failing(before *gardencorev1beta1.Condition, kind gardencorev1beta1.ConditionType, reason string, last *gardencorev1beta1.LastOperation, now time.Time) gardencorev1beta1.ConditionStatus {
	threshold, graceful := Thresholds[kind]
	if before == nil || !graceful {
		return gardencorev1beta1.ConditionFalse
	}
	recent := last != nil && last.State == gardencorev1beta1.LastOperationStateSucceeded && now.Sub(last.LastUpdateTime.Time) <= threshold
	patient := false
	switch before.Status {
	case gardencorev1beta1.ConditionTrue:
		patient = true
	case gardencorev1beta1.ConditionProgressing:
		patient = recent || now.Sub(before.LastTransitionTime.Time) <= threshold
	case gardencorev1beta1.ConditionFalse:
		patient = recent || before.Reason != reason
	}
	if patient {
		return gardencorev1beta1.ConditionProgressing
	}
	return gardencorev1beta1.ConditionFalse
}

// pardoned reports whether nothing else than failure can be expected: a cluster that is created or deleted, or an operation
// without errors is under way.
func pardoned(status *gardencorev1beta1.ShootStatus) bool {
	last := status.LastOperation
	if last == nil {
		return true
	}
	unfinished := last.State != gardencorev1beta1.LastOperationStateSucceeded
	switch last.Type {
	case gardencorev1beta1.LastOperationTypeCreate, gardencorev1beta1.LastOperationTypeDelete:
		return unfinished
	}
	return last.State == gardencorev1beta1.LastOperationStateProcessing && len(status.LastErrors) == 0
}

// again is the time until the first condition that is Progressing becomes False, or an operation with errors fails, if nothing
// else happens.
func again(status *gardencorev1beta1.ShootStatus, now time.Time) time.Duration {
	var soonest time.Duration
	at := func(moment time.Time) {
		// Times have whole seconds, and a threshold has passed when it lies behind.
		if left := max(moment.Sub(now), 0) + time.Second; soonest == 0 || left < soonest {
			soonest = left
		}
	}
	last := status.LastOperation
	for i := range status.Conditions {
		c := &status.Conditions[i]
		threshold, ours := Thresholds[c.Type]
		if !ours || c.Status != gardencorev1beta1.ConditionProgressing || pardoned(status) {
			continue
		}
		end := c.LastTransitionTime.Add(threshold)
		if last.State == gardencorev1beta1.LastOperationStateSucceeded && last.LastUpdateTime.Add(threshold).After(end) {
			end = last.LastUpdateTime.Add(threshold)
		}
		at(end)
	}
	if last != nil && last.State == gardencorev1beta1.LastOperationStateError && status.RetryCycleStartTime != nil {
		at(status.RetryCycleStartTime.Add(RetryDuration))
	}
	return soonest
}

func find(conditions []gardencorev1beta1.Condition, kind gardencorev1beta1.ConditionType) *gardencorev1beta1.Condition {
	if i := slices.IndexFunc(conditions, func(c gardencorev1beta1.Condition) bool { return c.Type == kind }); i >= 0 {
		return &conditions[i]
	}
	return nil
}
