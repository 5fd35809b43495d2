// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"cmp"
	"slices"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

const (
	// TaskPrefix marks what this package has in lastErrors.
	TaskPrefix = "Status/"
	// maxProblems is how many machines are named.
	maxProblems = 5
)

// problem is why an operation does not go on.
type problem struct {
	task, description string
	codes             []gardencorev1beta1.ErrorCode
}

// failures are the reasons of conditions of the control plane that tell of an error, not of a wait, with what their class is.
// What a user wrote wrongly is a configuration problem; what may mend itself has only the codes of its text.
var failures = []struct {
	condition, reason string
	code              gardencorev1beta1.ErrorCode
}{
	{controlplanev1.ConfigurationValidCondition, controlplanev1.ConfigurationInvalidReason, gardencorev1beta1.ErrorConfigurationProblem},
	{controlplanev1.ConfigurationValidCondition, controlplanev1.ReferenceMissingReason, gardencorev1beta1.ErrorRetryableConfigurationProblem},
	{controlplanev1.CertificatesAvailableCondition, controlplanev1.CertificatesInvalidReason, ""},
	{controlplanev1.CertificatesAvailableCondition, controlplanev1.CertificatesExpiredReason, ""},
	{controlplanev1.CertificatesAvailableCondition, controlplanev1.CertificatesGenerationFailedReason, ""},
	{controlplanev1.SeedReachableCondition, controlplanev1.SeedUnreachableReason, ""},
	{controlplanev1.SeedReachableCondition, controlplanev1.SeedPrerequisiteMissingReason, ""},
	{controlplanev1.SeedReachableCondition, controlplanev1.SeedKubeconfigInvalidReason, ""},
	{controlplanev1.SeedReachableCondition, controlplanev1.SeedNamespaceNotOwnedReason, ""},
	{controlplanev1.SeedReachableCondition, controlplanev1.SeedIsAnotherReason, ""},
	{controlplanev1.EndpointAvailableCondition, controlplanev1.EndpointConflictReason, ""},
	{controlplanev1.ComponentsAvailableCondition, controlplanev1.ComponentFailedReason, ""},
	{controlplanev1.ComponentsAvailableCondition, controlplanev1.PatchFailedReason, gardencorev1beta1.ErrorConfigurationProblem},
	{controlplanev1.SystemComponentsAvailableCondition, controlplanev1.SystemComponentsFailedReason, ""},
}

// problems are the errors that can be seen. Conditions of Cluster API do not tell a failure from a wait; where they carry the
// message of an infrastructure provider, it is an error if it has one of Gardener's codes.
func problems(shoot *gardencorev1beta1.Shoot, seen *Observation) []problem {
	var out []problem
	if seen.Cluster != nil && shoot.DeletionTimestamp.IsZero() {
		topology := conditionOf(seen.Cluster.Status.Conditions, clusterv1.ClusterTopologyReconciledCondition)
		if isFalse(topology) && (topology.Reason == clusterv1.ClusterTopologyReconciledFailedReason || topology.Reason == clusterv1.ClusterTopologyReconciledClusterClassNotReconciledReason) {
			out = append(out, newProblem("Topology", topology.Message, ""))
		}
	}
	if seen.Cluster != nil {
		out = append(out, coded("Infrastructure", infrastructureOf(seen))...)
	}
	if seen.ControlPlane != nil {
		out = append(out, controlPlaneProblems(seen.ControlPlane)...)
	}
	return append(out, machineProblems(seen.Machines)...)
}

// infrastructureOf is what the Cluster says of its infrastructure. Where that is a summary that tells no reason, as Cluster API
// Provider AWS has it, it is what the infrastructure itself says.
func infrastructureOf(seen *Observation) metav1.Condition {
	out := conditionOf(seen.Cluster.Status.Conditions, clusterv1.ClusterInfrastructureReadyCondition)
	if isTrue(out) {
		return out
	}
	for _, condition := range seen.Infrastructure {
		if isFalse(condition) && condition.Type != clusterv1.ReadyCondition && condition.Type != clusterv1.PausedCondition && condition.Message != "" {
			out.Reason, out.Message = condition.Reason, condition.Type+": "+condition.Message
			break
		}
	}
	return out
}

func controlPlaneProblems(controlPlane *controlplanev1.KubeceptionControlPlane) []problem {
	var out []problem
	for _, f := range failures {
		if condition := of(controlPlane, f.condition); isFalse(condition) && condition.Reason == f.reason {
			out = append(out, newProblem(f.condition, condition.Message, f.code))
		}
	}
	return out
}

func machineProblems(machines []clusterv1.Machine) []problem {
	var out []problem
	sorted := slices.SortedFunc(slices.Values(machines), func(a, b clusterv1.Machine) int { return cmp.Compare(a.Name, b.Name) })
	for i := range sorted {
		condition := conditionOf(sorted[i].Status.Conditions, clusterv1.MachineInfrastructureReadyCondition)
		if out = append(out, coded("Machine/"+sorted[i].Name, condition)...); len(out) == maxProblems {
			break
		}
	}
	return out
}

func coded(task string, condition metav1.Condition) []problem {
	if isTrue(condition) || len(Codes(condition.Message)) == 0 {
		return nil
	}
	return []problem{newProblem(task, condition.Message, "")}
}

func newProblem(task, message string, code gardencorev1beta1.ErrorCode) problem {
	p := problem{task: TaskPrefix + task, description: shorten(message), codes: Codes(message)}
	if code != "" && !slices.Contains(p.codes, code) {
		p.codes = append(p.codes, code)
	}
	return p
}

// mergeErrors replaces our part of the last errors. An error that is the same keeps its time.
func mergeErrors(before []gardencorev1beta1.LastError, now []problem, at time.Time) []gardencorev1beta1.LastError {
	out := withoutOurs(before)
	for _, p := range now {
		next := gardencorev1beta1.LastError{TaskID: &p.task, Description: p.description, Codes: p.codes, LastUpdateTime: &metav1.Time{Time: at}}
		for i := range before {
			if isTask(&before[i], p.task) && before[i].Description == p.description && slices.Equal(before[i].Codes, p.codes) {
				next.LastUpdateTime = before[i].LastUpdateTime
			}
		}
		out = append(out, next)
	}
	return out
}

func isTask(err *gardencorev1beta1.LastError, task string) bool {
	return err.TaskID != nil && *err.TaskID == task
}

// withoutOurs are the errors of others, in their order.
func withoutOurs(errors []gardencorev1beta1.LastError) []gardencorev1beta1.LastError {
	var out []gardencorev1beta1.LastError
	for _, err := range errors {
		if err.TaskID == nil || !strings.HasPrefix(*err.TaskID, TaskPrefix) {
			out = append(out, err)
		}
	}
	return out
}
