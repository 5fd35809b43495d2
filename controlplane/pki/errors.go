// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import "fmt"

// RootErrorReason says in one word why root material cannot be used. It is fit for a condition's reason.
type RootErrorReason string

const (
	// RootInvalid says that the Secret's content cannot be used.
	RootInvalid RootErrorReason = "RootSecretInvalid"
	// RootMissing says that the Secret is gone although the control plane depends on its content.
	RootMissing RootErrorReason = "RootSecretMissing"
	// RootForeign says that the Secret belongs to another Cluster or to a predecessor of the same name.
	RootForeign RootErrorReason = "RootSecretForeign"
	// RootDeleting says that the Secret is being deleted: its content must not be relied on any more.
	RootDeleting RootErrorReason = "RootSecretDeleting"
)

// RootError says which root Secret cannot be used, why, and what a user can do about it. Several of them may be
// joined in one error.
type RootError struct {
	Secret  string
	Reason  RootErrorReason
	Problem string // continues "Secret x: "
	Remedy  string // an instruction
}

// Error implements error.
func (e *RootError) Error() string {
	return fmt.Sprintf("Secret %s: %s; %s", e.Secret, e.Problem, e.Remedy)
}

// invalid is a RootError that does not know its Secret yet.
func invalid(remedy, problem string, args ...any) *RootError {
	return &RootError{Reason: RootInvalid, Problem: fmt.Sprintf(problem, args...), Remedy: remedy}
}
