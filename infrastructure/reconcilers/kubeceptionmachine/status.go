// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachine

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// observed are the conditions that the phases write.
func observed() []string {
	return []string{infrav1.HostReachableCondition, infrav1.PodRunningCondition, infrav1.BootstrapSucceededCondition}
}

// ownedConditions are written by this controller alone.
func ownedConditions() []string {
	return append(observed(), infrav1.ReadyCondition, infrav1.DeletingCondition, infrav1.PausedCondition)
}

// setStatus completes the conditions. What was not looked at keeps its last state.
func setStatus(s *scope) {
	if s.infraMachine.DeletionTimestamp.IsZero() {
		s.set(infrav1.DeletingCondition, metav1.ConditionFalse, clusterv1.NotDeletingReason, "")
	}
	for _, conditionType := range observed() {
		if !conditions.Has(s.infraMachine, conditionType) {
			s.set(conditionType, metav1.ConditionUnknown, infrav1.NotYetObservedReason, "Not yet observed")
		}
	}
	conditions.Set(s.infraMachine, ready(s.infraMachine))
}

// ready summarises the conditions. It is False for what needs help or a replacement, and Unknown for what is under way or
// cannot be observed: a host cluster that does not answer is no reason to replace its machines.
func ready(m *infrav1.KubeceptionMachine) metav1.Condition {
	pod := conditions.Get(m, infrav1.PodRunningCondition)
	host := conditions.Get(m, infrav1.HostReachableCondition)
	bootstrap := conditions.Get(m, infrav1.BootstrapSucceededCondition)
	is := func(status metav1.ConditionStatus, reason, message string) metav1.Condition {
		return metav1.Condition{Type: infrav1.ReadyCondition, Status: status, Reason: reason, Message: message}
	}
	switch {
	case conditions.IsTrue(m, infrav1.DeletingCondition):
		return is(metav1.ConditionFalse, clusterv1.DeletingReason, conditions.GetMessage(m, infrav1.DeletingCondition))
	case pod.Reason == infrav1.PodFailedReason, pod.Reason == infrav1.PodDeletedReason:
		return is(metav1.ConditionFalse, infrav1.MachineFailedReason, pod.Message)
	case pod.Status == metav1.ConditionFalse:
		return is(metav1.ConditionFalse, infrav1.NotReadyReason, pod.Message)
	case host.Status != metav1.ConditionTrue && host.Reason != infrav1.NotYetObservedReason:
		return is(metav1.ConditionUnknown, infrav1.ReadyUnknownReason, host.Message)
	case pod.Status != metav1.ConditionTrue:
		return is(metav1.ConditionUnknown, pod.Reason, pod.Message)
	case bootstrap.Status != metav1.ConditionTrue:
		return is(bootstrap.Status, bootstrap.Reason, bootstrap.Message)
	}
	return is(metav1.ConditionTrue, clusterv1.ReadyReason, "")
}

// recordTransitions emits an event for every condition that a user would want to hear of when it changes.
func (r *Reconciler) recordTransitions(s *scope) {
	before := map[string]metav1.ConditionStatus{}
	for _, condition := range s.before {
		before[condition.Type] = condition.Status
	}
	for _, conditionType := range append(observed(), infrav1.ReadyCondition) {
		condition := conditions.Get(s.infraMachine, conditionType)
		if condition.Status == before[conditionType] || condition.Status == metav1.ConditionUnknown {
			continue
		}
		kind, message := corev1.EventTypeNormal, condition.Message
		if condition.Status == metav1.ConditionFalse && s.infraMachine.DeletionTimestamp.IsZero() {
			kind = corev1.EventTypeWarning
		}
		if message == "" {
			message = fmt.Sprintf("%s is %s", condition.Type, condition.Status)
		}
		r.Recorder.Eventf(s.infraMachine, nil, kind, condition.Reason, condition.Type, "%.900s", message)
	}
}
