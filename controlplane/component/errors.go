// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"fmt"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// Step is a step of bringing a component to its desired state.
type Step string

const (
	// StepRender computes the objects.
	StepRender Step = "render"
	// StepPatch applies the user's patches.
	StepPatch Step = "patch"
	// StepIssue issues certificates.
	StepIssue Step = "issue certificates of"
	// StepApply writes the objects.
	StepApply Step = "apply"
	// StepPrune deletes what is no longer rendered.
	StepPrune Step = "prune"
	// StepObserve reads what tells the health.
	StepObserve Step = "observe"
)

// Error says which component failed at which step. Its cause is, among others, a *PatchError or an *apply.Error.
type Error struct {
	Component string
	Step      Step
	Err       error
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s %s: %v", e.Step, e.Component, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// PatchError says which patch of the user's could not be applied, and why.
type PatchError struct {
	Component string
	Index     int
	Target    controlplanev1.PatchTarget
	Err       error
}

// Error implements error.
func (e *PatchError) Error() string {
	return fmt.Sprintf("spec.components[%s].patches[%d] for %s: %v", e.Component, e.Index, describeTarget(e.Target), e.Err)
}

// Unwrap returns the cause.
func (e *PatchError) Unwrap() error { return e.Err }

func describeTarget(target controlplanev1.PatchTarget) string {
	if target.Name == "" {
		return "every " + target.Kind
	}
	return target.Kind + " " + target.Name
}
