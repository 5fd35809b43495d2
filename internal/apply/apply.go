// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// FieldOwner owns the fields that this package writes.
	FieldOwner = client.FieldOwner("kubeception")
	// AnnotationHash is a hash of the object as it was applied last, without this annotation.
	AnnotationHash = "kubeception.cluster.x-k8s.io/applied-hash"
)

// Result says what Apply did.
type Result string

const (
	// Created means that the object did not exist.
	Created Result = "created"
	// Updated means that the object was changed.
	Updated Result = "updated"
	// Confirmed means that a request was sent and changed nothing, because the cache was behind or because the API
	// server completes the object otherwise than it was asked to.
	Confirmed Result = "confirmed"
	// Unchanged means that no request was sent.
	Unchanged Result = "unchanged"
	// Deleted means that the object was deleted.
	Deleted Result = "deleted"
	failed  Result = "failed"
)

// Apply makes the desired fields so, taking them over from other owners; fields that it set earlier and that are no
// longer desired are removed. It returns the object as it is now, of the same Go type if the scheme knows the kind.
// An object that is being deleted is left alone; it can be applied anew once it is gone. Errors are of type *Error.
func Apply(ctx context.Context, c client.Client, desired client.Object) (client.Object, Result, error) {
	key, err := KeyOf(c.Scheme(), desired)
	if err != nil {
		return nil, failed, err
	}
	live, result, err := apply(ctx, c, desired)
	count(key.Kind, result)
	if err != nil {
		return nil, failed, newError("apply", key, err)
	}
	return live, result, nil
}

func apply(ctx context.Context, c client.Client, desired client.Object) (client.Object, Result, error) {
	want, err := Prepare(c.Scheme(), desired)
	if err != nil {
		return nil, failed, err
	}
	live, err := get(ctx, c, want)
	if err != nil {
		return nil, failed, err
	}
	if live != nil {
		unchanged, err := upToDate(c.Scheme(), want, live)
		if err != nil {
			return nil, failed, err
		}
		if unchanged || !live.GetDeletionTimestamp().IsZero() {
			return live, Unchanged, nil
		}
	}
	if err := send(ctx, c, want); err != nil {
		return nil, failed, err
	}
	applied, err := typed(c.Scheme(), want)
	return applied, outcome(live, applied), err
}

// Enforce is Apply for those who know by other means that a request is needed, and keep no copy of the object to
// compare with: before is its metadata, or nil if it does not exist. It takes what Prepare returned and fills it with
// the object as it is now. Errors are of type *Error.
func Enforce(ctx context.Context, c client.Client, prepared *unstructured.Unstructured, before client.Object) (Result, error) {
	key, err := KeyOf(c.Scheme(), prepared)
	if err != nil {
		return failed, err
	}
	if err := send(ctx, c, prepared); err != nil {
		count(key.Kind, failed)
		return failed, newError("apply", key, err)
	}
	result := outcome(before, prepared)
	count(key.Kind, result)
	return result, nil
}

func send(ctx context.Context, c client.Client, want *unstructured.Unstructured) error {
	return c.Apply(ctx, client.ApplyConfigurationFromUnstructured(want), FieldOwner, client.ForceOwnership)
}

func outcome(before, after client.Object) Result {
	switch {
	case before == nil:
		return Created
	case after != nil && before.GetUID() == after.GetUID() && before.GetResourceVersion() == after.GetResourceVersion():
		return Confirmed
	}
	return Updated
}

// get returns nil if the object does not exist.
func get(ctx context.Context, c client.Client, want *unstructured.Unstructured) (client.Object, error) {
	live, err := newObject(c.Scheme(), want.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	err = c.Get(ctx, client.ObjectKeyFromObject(want), live)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return live, err
}

// Prepare returns an object as it is sent: complete with its kind and hash, without status and empty values.
func Prepare(scheme *runtime.Scheme, desired client.Object) (*unstructured.Unstructured, error) {
	want, err := ToUnstructured(scheme, desired)
	if err != nil {
		return nil, err
	}
	annotations := want.GetAnnotations()
	delete(annotations, AnnotationHash)
	want.SetAnnotations(annotations)
	hash, err := hashOf(want)
	if err != nil {
		return nil, err
	}
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[AnnotationHash] = hash
	want.SetAnnotations(annotations)
	return want, nil
}

// upToDate reports whether what is wanted was applied last, and nobody changed it since.
func upToDate(scheme *runtime.Scheme, want *unstructured.Unstructured, live client.Object) (bool, error) {
	if live.GetAnnotations()[AnnotationHash] != want.GetAnnotations()[AnnotationHash] {
		return false, nil
	}
	have, err := ToUnstructured(scheme, live)
	if err != nil {
		return false, fmt.Errorf("compare with the live object: %w", err)
	}
	return drift(want.Object, have.Object) == "", nil
}
