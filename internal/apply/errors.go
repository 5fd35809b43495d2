// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
)

// Reason classifies why the cluster did not accept a write, as far as it makes a difference to a user.
type Reason string

const (
	// Immutable means that the write changes a field that cannot change.
	Immutable Reason = "Immutable"
	// Invalid means that the cluster refused the object for its content.
	Invalid Reason = "Invalid"
	// QuotaExceeded means that a ResourceQuota of the namespace is full.
	QuotaExceeded Reason = "QuotaExceeded"
	// Forbidden means that the manager lacks a permission, or an admission policy refused the object.
	Forbidden Reason = "Forbidden"
	// KindMissing means that the cluster does not serve the kind.
	KindMissing Reason = "KindMissing"
	// NamespaceUnusable means that the namespace does not exist or is being deleted.
	NamespaceUnusable Reason = "NamespaceUnusable"
	// Other is everything else; often a retry helps.
	Other Reason = "Other"
)

// Error says which write failed, why, and what a user can do about it.
type Error struct {
	Object Key
	Reason Reason
	verb   string
	cause  error
}

// Error implements error.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %v", e.verb, e.Object, e.cause)
	if remedy := e.remedy(); remedy != "" {
		text += "; " + remedy
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

func (e *Error) remedy() string {
	switch e.Reason {
	case Immutable:
		return "undo the change, or delete the object so that it is made anew"
	case QuotaExceeded:
		return "raise the quota of namespace " + e.Object.Namespace + " or free some of it"
	case KindMissing:
		return "install what serves " + e.Object.GroupKind.String() + " in the cluster"
	case NamespaceUnusable:
		return "namespace " + e.Object.Namespace + " must exist and not be in deletion"
	}
	return ""
}

func newError(verb string, object Key, cause error) *Error {
	return &Error{Object: object, Reason: reasonOf(cause), verb: verb, cause: cause}
}

func reasonOf(err error) Reason {
	switch {
	case meta.IsNoMatchError(err):
		return KindMissing
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause), apierrors.IsNotFound(err):
		return NamespaceUnusable
	case apierrors.IsInvalid(err) && mentionsImmutable(err):
		return Immutable
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return Invalid
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "exceeded quota"):
		return QuotaExceeded
	case apierrors.IsForbidden(err):
		return Forbidden
	}
	return Other
}

// mentionsImmutable looks at the message, for the API has no code for this.
func mentionsImmutable(err error) bool {
	text := err.Error()
	for _, phrase := range []string{"immutable", "may not change", "updates to", "can not be changed", "cannot be changed", "cannot change"} {
		if strings.Contains(text, phrase) {
			return true
		}
	}
	return false
}
