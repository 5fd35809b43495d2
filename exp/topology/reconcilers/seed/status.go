// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"errors"
	"fmt"
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/component-base/version"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

// Reasons of the conditions of Seeds.
const (
	reasonAnswers             = "SeedAnswers"
	reasonConnecting          = "Connecting"
	reasonUnreachable         = "HeartbeatMissed"
	reasonRegistrationInvalid = "RegistrationInvalid"
	reasonKubeconfigInvalid   = "KubeconfigInvalid"
	reasonAnotherCluster      = "AnotherCluster"
	reasonPrerequisites       = "PrerequisitesMissing"
	reasonCredentialsPresent  = "CredentialsPresent"
	reasonCredentialsMissing  = "CredentialsMissing"
	reasonBackupInvalid       = "BackupInvalid"
)

// managerName is what the status says of who wrote it.
const managerName = "kubeception"

// observation is all that the status of a Seed is made from.
type observation struct {
	now time.Time
	// failure is why the seed cannot be used, nil if it answers.
	failure error
	// identity and version are those of a seed that answers.
	identity, version string
	// renewed is when the seed answered last; zero if never.
	renewed time.Time
	// backup is what is wrong with backups or their credentials.
	backup error
}

// backupError says what is wrong in a Seed with where its backups are to be. Its message tells the remedy.
type backupError struct{ problems field.ErrorList }

func (e *backupError) Error() string { return e.problems.ToAggregate().Error() }

// otherClusterError says that the way to a seed leads to another cluster than before.
type otherClusterError struct{ was, is string }

func (e *otherClusterError) Error() string {
	return fmt.Sprintf("the kubeconfig leads to cluster %s, but the control planes of this seed are in cluster %s (the UID of its namespace kube-system); "+
		"correct the kubeconfig, or register another Seed", e.is, e.was)
}

// setStatus fills the status of a Seed. What does not change keeps its times, so that a seed at rest costs no write.
func setStatus(seed *gardencorev1beta1.Seed, seen observation, settings Settings) {
	status := &seed.Status
	status.ObservedGeneration = seed.Generation
	status.Gardener = &gardencorev1beta1.Gardener{ID: managerName, Name: managerName, Version: version.Get().GitVersion}
	capacity, allocatable, err := capacityOf(seed, settings.Capacity)
	if err == nil {
		status.Capacity, status.Allocatable = capacity, allocatable
	} else if seen.failure == nil {
		seen.failure = err
	}
	if seen.failure == nil {
		status.ClusterIdentity, status.KubernetesVersion = ptr.To(seen.identity), ptr.To(seen.version)
	}
	ready := readiness(seed, seen, settings)
	setCondition(&status.Conditions, ready, seen.now)
	setBackupCondition(seed, seen)
	setLastOperation(seed, ready, seen.now)
}

// readiness is the condition GardenletReady.
func readiness(seed *gardencorev1beta1.Seed, seen observation, settings Settings) gardencorev1beta1.Condition {
	condition := gardencorev1beta1.Condition{Type: gardencorev1beta1.GardenletReady, Status: gardencorev1beta1.ConditionFalse}
	var registration *registrationError
	var kubeconfig *connections.KubeconfigError
	var other *otherClusterError
	var missing *prerequisiteError
	switch {
	case seen.failure == nil:
		condition.Status, condition.Reason, condition.Message = gardencorev1beta1.ConditionTrue, reasonAnswers, "The API server of the seed answers."
		return condition
	case errors.As(seen.failure, &registration):
		condition.Reason = reasonRegistrationInvalid
	case errors.As(seen.failure, &kubeconfig):
		condition.Reason = reasonKubeconfigInvalid
	case errors.As(seen.failure, &other):
		condition.Reason = reasonAnotherCluster
	case errors.As(seen.failure, &missing):
		condition.Reason = reasonPrerequisites
	case seen.now.Sub(seen.renewed) < settings.MonitorPeriod:
		// It answered a moment ago, perhaps to another instance of the manager.
		if last := find(seed.Status.Conditions, gardencorev1beta1.GardenletReady); last != nil {
			return *last
		}
		condition.Status, condition.Reason = gardencorev1beta1.ConditionUnknown, reasonConnecting
	case errors.Is(seen.failure, connections.ErrConnecting):
		condition.Status, condition.Reason = gardencorev1beta1.ConditionUnknown, reasonConnecting
	default:
		condition.Status, condition.Reason = gardencorev1beta1.ConditionUnknown, reasonUnreachable
	}
	condition.Message = seen.failure.Error()
	return condition
}

// setBackupCondition tells whether backups have a place and credentials. Whether the bucket can be written is seen when the
// first control plane does.
func setBackupCondition(seed *gardencorev1beta1.Seed, seen observation) {
	conditions := &seed.Status.Conditions
	if seed.Spec.Backup == nil {
		*conditions = slices.DeleteFunc(*conditions, func(c gardencorev1beta1.Condition) bool {
			return c.Type == gardencorev1beta1.SeedBackupBucketsReady
		})
		return
	}
	condition := gardencorev1beta1.Condition{
		Type: gardencorev1beta1.SeedBackupBucketsReady, Status: gardencorev1beta1.ConditionTrue, Reason: reasonCredentialsPresent,
	}
	var invalid *backupError
	switch {
	case errors.As(seen.backup, &invalid):
		condition.Status, condition.Reason, condition.Message = gardencorev1beta1.ConditionFalse, reasonBackupInvalid, invalid.Error()
	case seen.backup != nil:
		condition.Status, condition.Reason, condition.Message = gardencorev1beta1.ConditionFalse, reasonCredentialsMissing, seen.backup.Error()
	default:
		condition.Message = "The credentials of backups exist. " + bucketMessage(seed)
	}
	setCondition(conditions, condition, seen.now)
}

// bucketMessage says what the operator has to see to, because nobody else does.
func bucketMessage(seed *gardencorev1beta1.Seed) string {
	backup, _ := translation.BackupOf(seed)
	if backup == nil {
		return ""
	}
	return fmt.Sprintf("The bucket %s must exist: it is neither created nor looked at. The annotation %s names another one.",
		backup.Bucket, translation.BackupBucketAnnotation)
}

// setLastOperation says how the last look at the seed ended.
func setLastOperation(seed *gardencorev1beta1.Seed, ready gardencorev1beta1.Condition, now time.Time) {
	operation := gardencorev1beta1.LastOperation{
		Type: gardencorev1beta1.LastOperationTypeReconcile, State: gardencorev1beta1.LastOperationStateSucceeded,
		Progress: 100, Description: "The seed is registered.",
	}
	if ready.Status != gardencorev1beta1.ConditionTrue {
		operation.State, operation.Progress, operation.Description = gardencorev1beta1.LastOperationStateError, 0, ready.Message
	}
	if last := seed.Status.LastOperation; last != nil && last.State == operation.State && last.Description == operation.Description {
		return
	}
	operation.LastUpdateTime = metav1.Time{Time: now}
	seed.Status.LastOperation = &operation
}

// setCondition sets a condition. Its times change with what it says.
func setCondition(conditions *[]gardencorev1beta1.Condition, condition gardencorev1beta1.Condition, now time.Time) {
	condition.LastUpdateTime, condition.LastTransitionTime = metav1.Time{Time: now}, metav1.Time{Time: now}
	last := find(*conditions, condition.Type)
	if last == nil {
		*conditions = append(*conditions, condition)
		return
	}
	if last.Status == condition.Status {
		condition.LastTransitionTime = last.LastTransitionTime
		if last.Reason == condition.Reason && last.Message == condition.Message {
			return
		}
	}
	*last = condition
}

func find(conditions []gardencorev1beta1.Condition, kind gardencorev1beta1.ConditionType) *gardencorev1beta1.Condition {
	for i := range conditions {
		if conditions[i].Type == kind {
			return &conditions[i]
		}
	}
	return nil
}
