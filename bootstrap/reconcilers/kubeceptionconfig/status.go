// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// summarised are the conditions that Ready summarises, in the order in which they become true.
func summarised() conditions.ForConditionTypes {
	return conditions.ForConditionTypes{bootstrapv1.DataSecretAvailableCondition, bootstrapv1.BootstrapTokenAvailableCondition}
}

// ownedConditions are written by this controller alone.
func ownedConditions() []string {
	return append(summarised(), bootstrapv1.ReadyCondition, bootstrapv1.PausedCondition)
}

func setStatus(s *scope) {
	for _, conditionType := range summarised() {
		if !conditions.Has(s.config, conditionType) {
			s.set(conditionType, metav1.ConditionUnknown, bootstrapv1.NotYetObservedReason, "Not yet observed")
		}
	}
	err := conditions.SetSummaryCondition(s.config, s.config, bootstrapv1.ReadyCondition, summarised(),
		conditions.CustomMergeStrategy{MergeStrategy: conditions.DefaultMergeStrategy(
			conditions.ComputeReasonFunc(conditions.GetDefaultComputeMergeReasonFunc(
				clusterv1.NotReadyReason, clusterv1.ReadyUnknownReason, clusterv1.ReadyReason)),
		)})
	if err != nil {
		s.set(bootstrapv1.ReadyCondition, metav1.ConditionUnknown, clusterv1.InternalErrorReason, err.Error())
	}
}

// recordTransitions emits an event for every condition that became true, and for every one that says what a user has
// to mend.
func (r *Reconciler) recordTransitions(s *scope) {
	before := map[string]metav1.Condition{}
	for _, condition := range s.before {
		before[condition.Type] = condition
	}
	for _, conditionType := range summarised() {
		condition := conditions.Get(s.config, conditionType)
		old := before[conditionType]
		if condition == nil || condition.Status == old.Status && condition.Reason == old.Reason {
			continue
		}
		switch {
		case condition.Status == metav1.ConditionTrue:
			r.Recorder.Eventf(s.config, nil, corev1.EventTypeNormal, condition.Reason, condition.Type, "%s", condition.Type+" is "+condition.Reason)
		case isTrouble(condition.Reason):
			r.warn(s, condition.Reason, condition.Message)
		}
	}
}

// isTrouble reports whether a reason does not pass by itself.
func isTrouble(reason string) bool {
	switch reason {
	case bootstrapv1.VersionNotSupportedReason, bootstrapv1.ConfigurationInvalidReason, bootstrapv1.ReferenceMissingReason,
		bootstrapv1.ClusterUnreachableReason, bootstrapv1.BootstrapTokenFailedReason:
		return true
	}
	return false
}

func (r *Reconciler) warn(s *scope, reason, message string) {
	r.Recorder.Eventf(s.config, nil, corev1.EventTypeWarning, reason, "Bootstrap", "%s", message)
}
