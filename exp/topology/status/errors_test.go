// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"strings"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
)

// TestCodes has texts of clouds and of Kubernetes, and the codes that Gardener's providers give them.
func TestCodes(t *testing.T) {
	cases := map[string]struct {
		codes []gardencorev1beta1.ErrorCode
		final bool
	}{
		"AuthFailure: AWS was not able to validate the provided access credentials":               {[]gardencorev1beta1.ErrorCode{"ERR_INFRA_UNAUTHENTICATED"}, true},
		"InvalidClientTokenId: The security token included in the request is invalid":             {[]gardencorev1beta1.ErrorCode{"ERR_INFRA_UNAUTHORIZED"}, true},
		"UnauthorizedOperation: You are not authorized to perform this operation":                 {[]gardencorev1beta1.ErrorCode{"ERR_INFRA_UNAUTHORIZED"}, true},
		"VpcLimitExceeded: The maximum number of VPCs has been reached":                           {[]gardencorev1beta1.ErrorCode{"ERR_INFRA_QUOTA_EXCEEDED"}, true},
		"RequestLimitExceeded: Request limit exceeded":                                            {[]gardencorev1beta1.ErrorCode{"ERR_INFRA_RATE_LIMITS_EXCEEDED"}, false},
		"Throttling: Rate exceeded":                                                               {[]gardencorev1beta1.ErrorCode{"ERR_INFRA_RATE_LIMITS_EXCEEDED"}, false},
		`pods "a" is forbidden: exceeded quota: compute`:                                          {[]gardencorev1beta1.ErrorCode{"ERR_INFRA_QUOTA_EXCEEDED"}, true},
		"DependencyViolation: The vpc has dependencies and cannot be deleted":                     {[]gardencorev1beta1.ErrorCode{"ERR_INFRA_DEPENDENCIES"}, true},
		"RetryableError: try again":                                                               {[]gardencorev1beta1.ErrorCode{"ERR_RETRYABLE_INFRA_DEPENDENCIES"}, false},
		"InsufficientInstanceCapacity: We currently do not have sufficient m5.large":              {[]gardencorev1beta1.ErrorCode{"ERR_INFRA_RESOURCES_DEPLETED"}, false},
		"InvalidParameterValue: Invalid availability zone":                                        {[]gardencorev1beta1.ErrorCode{"ERR_CONFIGURATION_PROBLEM"}, true},
		"unrecognized feature gate: Foo":                                                          {[]gardencorev1beta1.ErrorCode{"ERR_CONFIGURATION_PROBLEM"}, true},
		"PodDisruptionBudget a is misconfigured and requires zero voluntary evictions":            {[]gardencorev1beta1.ErrorCode{"ERR_RETRYABLE_CONFIGURATION_PROBLEM"}, false},
		`Internal error occurred: failed calling webhook "a.example.com": connection refused`:     {[]gardencorev1beta1.ErrorCode{"ERR_PROBLEMATIC_WEBHOOK"}, true},
		"the object has been modified; please apply your changes to the latest version: Conflict": {nil, false},
		"waiting for the load balancer":                                                           {nil, false},
	}
	for text, c := range cases {
		t.Run(text, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(Codes(text)).To(Equal(c.codes))
			g.Expect(Final(c.codes)).To(Equal(c.final))
		})
	}
}

func TestErrorsOfAnOperation(t *testing.T) {
	cases := map[string]struct {
		happens func(w *world)
		state   gardencorev1beta1.LastOperationState
		task    string
		codes   []gardencorev1beta1.ErrorCode
	}{
		"a configuration that cannot be carried out has failed": {func(w *world) {
			w.hostedSays(controlplanev1.ConfigurationValidCondition, controlplanev1.ConfigurationInvalidReason, "spec.version: too new")
		}, "Failed", "Status/ConfigurationValid", []gardencorev1beta1.ErrorCode{"ERR_CONFIGURATION_PROBLEM"}},
		"a reference that is missing is tried again": {func(w *world) {
			w.hostedSays(controlplanev1.ConfigurationValidCondition, controlplanev1.ReferenceMissingReason, "no ConfigMap")
		}, "Error", "Status/ConfigurationValid", []gardencorev1beta1.ErrorCode{"ERR_RETRYABLE_CONFIGURATION_PROBLEM"}},
		"a seed out of reach is tried again": {func(w *world) {
			w.hostedSays(controlplanev1.SeedReachableCondition, controlplanev1.SeedUnreachableReason, "no answer")
		}, "Error", "Status/SeedReachable", nil},
		"a topology that was refused is tried again": {func(w *world) {
			w.clusterSays(clusterv1.ClusterTopologyReconciledCondition, metav1.ConditionFalse, clusterv1.ClusterTopologyReconciledFailedReason, "variable is missing")
		}, "Error", "Status/Topology", nil},
		"credentials that the cloud refuses have failed": {func(w *world) {
			w.clusterSays(clusterv1.ClusterInfrastructureReadyCondition, metav1.ConditionFalse, "NotReady", "AuthFailure: credentials")
		}, "Failed", "Status/Infrastructure", []gardencorev1beta1.ErrorCode{"ERR_INFRA_UNAUTHENTICATED"}},
		"credentials that the cloud refuses have failed, where only the infrastructure tells": {func(w *world) {
			w.clusterSays(clusterv1.ClusterInfrastructureReadyCondition, metav1.ConditionFalse, "NotReady", "0 of 8 completed")
			w.seen.Infrastructure = []metav1.Condition{
				{Type: clusterv1.ReadyCondition, Status: metav1.ConditionFalse, Message: "0 of 8 completed"},
				{Type: clusterv1.PausedCondition, Status: metav1.ConditionFalse, Message: "not paused"},
				{Type: "SubnetsReady", Status: metav1.ConditionTrue, Message: "AuthFailure: of long ago"},
				{Type: "VpcReady", Status: metav1.ConditionFalse, Message: "DescribeVpcs, api error AuthFailure: not able to validate"},
			}
		}, "Failed", "Status/Infrastructure", []gardencorev1beta1.ErrorCode{"ERR_INFRA_UNAUTHENTICATED"}},
		"a machine without capacity is tried again": {func(w *world) {
			meta.SetStatusCondition(&w.seen.Machines[0].Status.Conditions, metav1.Condition{
				Type: clusterv1.MachineInfrastructureReadyCondition, Status: metav1.ConditionFalse, Reason: "NotReady", Message: "InsufficientInstanceCapacity",
			})
		}, "Error", "Status/Machine/machine-0", []gardencorev1beta1.ErrorCode{"ERR_INFRA_RESOURCES_DEPLETED"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			w := complete()
			w.shoot.Generation = 2
			c.happens(w)
			result := w.look(time.Hour)
			status := w.shoot.Status
			g.Expect(status.LastErrors).To(HaveLen(1))
			g.Expect(status.LastErrors[0].TaskID).To(HaveValue(Equal(c.task)))
			g.Expect(status.LastErrors[0].Codes).To(Equal(c.codes))
			g.Expect(status.LastOperation.State).To(Equal(c.state))
			g.Expect(status.LastOperation.Description).To(Equal(status.LastErrors[0].Description))
			g.Expect(result.Health).To(Equal(Unhealthy))
			before := w.shoot.DeepCopy()
			w.look(time.Second)
			g.Expect(w.shoot.Status.LastErrors).To(Equal(before.Status.LastErrors), "the same error keeps its time")
		})
	}
}

func TestWhatTheInfrastructureLacksIsSaid(t *testing.T) {
	g := NewWithT(t)
	w := complete()
	w.shoot.Generation = 2
	w.seen.Cluster.Annotations[lookup.AnnotationGeneration] = "2"
	w.clusterSays(clusterv1.ClusterInfrastructureReadyCondition, metav1.ConditionFalse, "NotReady", "0 of 8 completed")
	w.look(time.Second)
	g.Expect(w.shoot.Status.LastOperation.Description).To(Equal("Waiting for the infrastructure: 0 of 8 completed."))
	w.seen.Infrastructure = []metav1.Condition{{Type: "VpcReady", Status: metav1.ConditionFalse, Message: "no such host"}}
	w.look(time.Second)
	g.Expect(w.shoot.Status.LastOperation.Description).To(Equal("Waiting for the infrastructure: VpcReady: no such host."))
}

func TestAnOperationWithErrorsFailsAfterTwelveHoursAndGoesOnWhenTheyAreGone(t *testing.T) {
	g := NewWithT(t)
	w := complete()
	w.shoot.Generation = 2
	w.shoot.Status.LastErrors = []gardencorev1beta1.LastError{foreign, {TaskID: ptr.To("Scheduling/x"), Description: "y"}}
	w.hostedSays(controlplanev1.SeedReachableCondition, controlplanev1.SeedUnreachableReason, strings.Repeat("é", messageLength))
	result := w.look(time.Second)
	g.Expect(w.line()).To(Equal("Reconcile Error 90%: the image is gone"))
	g.Expect(w.shoot.Status.LastErrors).To(HaveLen(3), "those of others stay")
	g.Expect(len(w.shoot.Status.LastErrors[2].Description)).To(BeNumerically("<=", messageLength))
	g.Expect(result.Again).To(And(BeNumerically(">", 0), BeNumerically("<=", time.Minute+time.Second)), "the seed is Progressing")
	w.look(time.Hour)
	g.Expect(w.look(time.Second).Again).To(And(BeNumerically(">", 10*time.Hour), BeNumerically("<", RetryDuration)))
	w.look(RetryDuration)
	g.Expect(w.shoot.Status.LastOperation.State).To(Equal(gardencorev1beta1.LastOperationStateFailed))

	w.hostedSays(controlplanev1.SeedReachableCondition, "", "")
	w.seen.Cluster.Annotations[lookup.AnnotationGeneration] = "2"
	w.shoot.Status.LastErrors = w.shoot.Status.LastErrors[2:] // Others withdraw theirs.
	w.look(time.Second)
	g.Expect(w.line()).To(HavePrefix("Reconcile Succeeded 100%"))
	g.Expect(w.shoot.Status.LastErrors).To(BeEmpty())
}

func TestHealthInTheLabel(t *testing.T) {
	condition := func(status gardencorev1beta1.ConditionStatus) []gardencorev1beta1.Condition {
		return []gardencorev1beta1.Condition{{Status: gardencorev1beta1.ConditionTrue}, {Status: status}}
	}
	cases := map[string]struct {
		kind       gardencorev1beta1.LastOperationType
		state      gardencorev1beta1.LastOperationState
		errors     int
		conditions []gardencorev1beta1.Condition
		want       Health
	}{
		"a creation without errors is healthy, whatever its conditions say":              {"Create", "Processing", 0, condition("False"), Healthy},
		"a Shoot that waits for a seed is healthy, whatever the scheduler says of seeds": {"Create", "Pending", 1, nil, Healthy},
		"a creation with errors is not":                                                  {"Create", "Error", 1, condition("True"), Unhealthy},
		"a deletion without errors is healthy":                                           {"Delete", "Processing", 0, condition("False"), Healthy},
		"the worst condition counts: Progressing":                                        {"Create", "Succeeded", 0, condition("Progressing"), Progressing},
		"the worst condition counts: Unknown":                                            {"Reconcile", "Succeeded", 0, condition("Unknown"), Unknown},
		"the worst condition counts: False":                                              {"Reconcile", "Succeeded", 0, condition("False"), Unhealthy},
		"an operation that goes on is as its conditions":                                 {"Reconcile", "Processing", 0, condition("True"), Healthy},
		"an operation that goes on after errors is unhealthy":                            {"Reconcile", "Processing", 1, condition("True"), Unhealthy},
		"an operation that has failed is unhealthy":                                      {"Reconcile", "Failed", 0, condition("True"), Unhealthy},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(healthOf(&gardencorev1beta1.ShootStatus{
				LastOperation: &gardencorev1beta1.LastOperation{Type: c.kind, State: c.state},
				LastErrors:    make([]gardencorev1beta1.LastError, c.errors), Conditions: c.conditions,
			})).To(Equal(c.want))
		})
	}
	NewWithT(t).Expect(healthOf(&gardencorev1beta1.ShootStatus{})).To(Equal(Healthy), "before the first operation")
}
