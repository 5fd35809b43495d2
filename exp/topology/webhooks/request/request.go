// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package request

import (
	"context"
	"fmt"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// +kubebuilder:rbac:groups=authorization.k8s.io,resources=subjectaccessreviews,verbs=create

// Request is what is asked.
type Request struct {
	// User asks.
	User authenticationv1.UserInfo
	// Create is true if the object is new.
	Create bool

	old runtime.RawExtension
}

// Of returns the request that a webhook answers.
func Of(ctx context.Context) (Request, error) {
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return Request{}, apierrors.NewInternalError(fmt.Errorf("read the admission request: %w", err))
	}
	return Request{User: request.UserInfo, Create: request.Operation == admissionv1.Create, old: request.OldObject}, nil
}

// Old fills an object with what it was before an update. It reports whether there was anything.
func (r Request) Old(object runtime.Object) (bool, error) {
	if len(r.old.Raw) == 0 {
		return false, nil
	}
	if err := json.Unmarshal(r.old.Raw, object); err != nil {
		return false, apierrors.NewBadRequest(fmt.Sprintf("decode the old object: %v", err))
	}
	return true, nil
}

// Tools are what webhooks answer with.
type Tools struct {
	// Reader reads from the manager's cache.
	Reader client.Reader
	// Live reads what is not cached, as Secrets and ConfigMaps of users, and who uses what is to be deleted, of which a cache may
	// not know yet.
	Live client.Reader
	// Reviews creates SubjectAccessReviews.
	Reviews authorizationclient.SubjectAccessReviewInterface
	// Now is the clock.
	Now func() time.Time
}

// May reports whether a user may do something.
func (t Tools) May(ctx context.Context, user authenticationv1.UserInfo, action authorizationv1.ResourceAttributes) (bool, error) {
	extra := map[string]authorizationv1.ExtraValue{}
	for key, value := range user.Extra {
		extra[key] = authorizationv1.ExtraValue(value)
	}
	review, err := t.Reviews.Create(ctx, &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: user.Username, UID: user.UID, Groups: user.Groups, Extra: extra, ResourceAttributes: &action,
	}}, metav1.CreateOptions{})
	if err != nil {
		return false, fmt.Errorf("ask what %s may do: %w", user.Username, err)
	}
	return review.Status.Allowed, nil
}

// Answer is the refusal of an object, or nil if there are no problems.
func Answer(kind schema.GroupKind, name string, problems field.ErrorList) error {
	if len(problems) == 0 {
		return nil
	}
	return apierrors.NewInvalid(kind, name, problems)
}

// Forbidden is the refusal of a request that would be right if somebody else made it, or at another time.
func Forbidden(resource schema.GroupResource, name string, format string, values ...any) error {
	return apierrors.NewForbidden(resource, name, fmt.Errorf(format, values...))
}
