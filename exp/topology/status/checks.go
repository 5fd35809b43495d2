// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

const (
	controlPlaneDown = "ControlPlaneDown"
	apiServerDown    = "APIServerDown"
)

func apiServerAvailable(shoot *gardencorev1beta1.Shoot, seen *Observation) finding {
	if seen.ControlPlane == nil {
		return notRunning(shoot, apiServerDown)
	}
	condition := of(seen.ControlPlane, controlplanev1.APIServerAvailableCondition)
	if !isTrue(condition) {
		return failed("HealthzRequestFailed", condition)
	}
	return healthy("HealthzRequestSucceeded", "API server /healthz endpoint responded with success status code.")
}

// hosted are the conditions of a control plane that ControlPlaneHealthy stands for, and the reasons that Gardener has for them.
// Where Gardener has none, the reason of the condition is kept.
var hosted = []struct{ condition, reason string }{
	{controlplanev1.SeedReachableCondition, ""},
	{controlplanev1.ConfigurationValidCondition, ""},
	{controlplanev1.CertificatesAvailableCondition, ""},
	{controlplanev1.EtcdClusterAvailableCondition, "EtcdUnhealthy"},
	{controlplanev1.ComponentsAvailableCondition, "DeploymentUnhealthy"},
}

func controlPlaneHealthy(shoot *gardencorev1beta1.Shoot, seen *Observation) finding {
	if seen.ControlPlane == nil {
		return notRunning(shoot, controlPlaneDown)
	}
	for _, h := range hosted {
		if condition := of(seen.ControlPlane, h.condition); !isTrue(condition) {
			reason := h.reason
			if reason == "" {
				reason = condition.Reason
			}
			return failed(reason, condition)
		}
	}
	return healthy("ControlPlaneRunning", "All control plane components are healthy.")
}

func systemComponentsHealthy(shoot *gardencorev1beta1.Shoot, seen *Observation) finding {
	if seen.ControlPlane == nil {
		return notRunning(shoot, apiServerDown)
	}
	condition := of(seen.ControlPlane, controlplanev1.SystemComponentsAvailableCondition)
	if !isTrue(condition) {
		return failed("SystemComponentsUnhealthy", condition)
	}
	return healthy("SystemComponentsRunning", "All system components are healthy.")
}

// notRunning is what there is to say without a control plane, in Gardener's words.
func notRunning(shoot *gardencorev1beta1.Shoot, reason string) finding {
	message := "Shoot control plane is not running at the moment."
	switch last := shoot.Status.LastOperation; {
	case !shoot.DeletionTimestamp.IsZero():
		message = "Shoot control plane has already been or is about to be deleted."
	case last == nil || last.Type == gardencorev1beta1.LastOperationTypeCreate:
		message = "Shoot control plane has not been fully created yet."
	}
	return finding{status: gardencorev1beta1.ConditionFalse, reason: reason, message: message}
}

func healthy(reason, message string) finding {
	return finding{status: gardencorev1beta1.ConditionTrue, reason: reason, message: message}
}

// failed carries over what a condition of Cluster API says. One that is Unknown stays so.
func failed(reason string, condition metav1.Condition) finding {
	out := finding{status: gardencorev1beta1.ConditionFalse, reason: reason, message: shorten(condition.Message), codes: Codes(condition.Message)}
	if condition.Status == metav1.ConditionUnknown {
		out.status, out.reason = gardencorev1beta1.ConditionUnknown, condition.Reason
	}
	if out.message == "" {
		out.message = fmt.Sprintf("%s is %s.", condition.Type, condition.Status)
	}
	return out
}

// of is a condition of a control plane. One that is missing was not yet observed.
func of(controlPlane *controlplanev1.KubeceptionControlPlane, kind string) metav1.Condition {
	return conditionOf(controlPlane.Status.Conditions, kind)
}

func conditionOf(conditions []metav1.Condition, kind string) metav1.Condition {
	if condition := meta.FindStatusCondition(conditions, kind); condition != nil {
		return *condition
	}
	return metav1.Condition{
		Type: kind, Status: metav1.ConditionUnknown, Reason: controlplanev1.NotYetObservedReason, Message: kind + " is not yet observed.",
	}
}

func isTrue(condition metav1.Condition) bool { return condition.Status == metav1.ConditionTrue }
func isFalse(condition metav1.Condition) bool {
	return condition.Status == metav1.ConditionFalse
}

// messageLength is how much of a message of others is repeated, in bytes.
const messageLength = 1024

func shorten(message string) string {
	if len(message) <= messageLength {
		return message
	}
	cut := messageLength - len("…")
	for cut > 0 && message[cut]&0xC0 == 0x80 { // Not within a character.
		cut--
	}
	return message[:cut] + "…"
}
