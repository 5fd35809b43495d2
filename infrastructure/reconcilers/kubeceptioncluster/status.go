// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncluster

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// summarised are the conditions that Ready summarises.
func summarised() conditions.ForConditionTypes {
	return conditions.ForConditionTypes{
		infrav1.DeletingCondition,
		infrav1.HostReachableCondition,
		infrav1.NamespaceAvailableCondition,
	}
}

// ownedConditions are written by this controller alone.
func ownedConditions() []string {
	return append(summarised(), infrav1.ReadyCondition, infrav1.MachineSetsFrozenCondition, infrav1.PausedCondition)
}

// setStatus computes status from what the phases found. What was not looked at keeps its last state.
func setStatus(s *scope) {
	s.infraCluster.Status.Namespace = s.namespace()
	if s.infraCluster.DeletionTimestamp.IsZero() {
		s.isFalse(infrav1.DeletingCondition, clusterv1.NotDeletingReason, "")
	}
	for _, conditionType := range summarised() {
		if !conditions.Has(s.infraCluster, conditionType) {
			s.set(conditionType, metav1.ConditionUnknown, infrav1.NotYetObservedReason, "Not yet observed")
		}
	}
	err := conditions.SetSummaryCondition(s.infraCluster, s.infraCluster, infrav1.ReadyCondition, summarised(),
		conditions.NegativePolarityConditionTypes{infrav1.DeletingCondition},
		conditions.CustomMergeStrategy{MergeStrategy: conditions.DefaultMergeStrategy(
			conditions.GetPriorityFunc(conditions.GetDefaultMergePriorityFunc(infrav1.DeletingCondition)),
			conditions.ComputeReasonFunc(conditions.GetDefaultComputeMergeReasonFunc(
				infrav1.NotReadyReason, infrav1.ReadyUnknownReason, clusterv1.ReadyReason)),
		)})
	if err != nil {
		s.set(infrav1.ReadyCondition, metav1.ConditionUnknown, clusterv1.InternalErrorReason, err.Error())
	}
}

// setFrozen tells of MachineSets that are frozen.
func setFrozen(s *scope, frozen []string) {
	if len(frozen) == 0 {
		s.isFalse(infrav1.MachineSetsFrozenCondition, infrav1.MachineSetsNotFrozenReason, "")
		return
	}
	s.set(infrav1.MachineSetsFrozenCondition, metav1.ConditionTrue, infrav1.MachineSetsFrozenReason, strings.Join(frozen, "\n"))
}

// recordTransitions emits an event for every condition that a user would want to hear of when it changes.
func (r *Reconciler) recordTransitions(s *scope) {
	before := map[string]metav1.ConditionStatus{}
	for _, condition := range s.before {
		before[condition.Type] = condition.Status
	}
	for _, conditionType := range append(summarised(), infrav1.ReadyCondition) {
		condition := conditions.Get(s.infraCluster, conditionType)
		was := before[conditionType]
		appeared := was == "" || was == metav1.ConditionUnknown
		if condition == nil || condition.Status == was || condition.Status == metav1.ConditionUnknown ||
			appeared && condition.Status == metav1.ConditionFalse {
			continue
		}
		kind, message := corev1.EventTypeNormal, condition.Message
		if condition.Status == metav1.ConditionFalse && conditionType != infrav1.DeletingCondition {
			kind = corev1.EventTypeWarning
		}
		if message == "" {
			message = fmt.Sprintf("%s is %s", condition.Type, condition.Status)
		}
		r.Recorder.Eventf(s.infraCluster, nil, kind, condition.Reason, condition.Type, "%.900s", message)
	}
}
