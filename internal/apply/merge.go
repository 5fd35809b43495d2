// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Merge writes what a caller changed in an object that is somebody else's, and nothing if that is nothing. The write is
// refused with a conflict if the object changed since before was read, so that a decision taken from it still holds.
// The status is left alone. The object is filled with what the cluster made of it. Errors are of type *Error.
func Merge(ctx context.Context, c client.Client, before, after client.Object) (Result, error) {
	return merge(c, before, after, func(patch client.Patch) error { return c.Patch(ctx, after, patch, FieldOwner) })
}

// MergeStatus is Merge for the status, and leaves everything else alone.
func MergeStatus(ctx context.Context, c client.Client, before, after client.Object) (Result, error) {
	return merge(c, before, after, func(patch client.Patch) error { return c.Status().Patch(ctx, after, patch, FieldOwner) })
}

func merge(c client.Client, before, after client.Object, send func(client.Patch) error) (Result, error) {
	key, err := KeyOf(c.Scheme(), after)
	if err != nil {
		return failed, err
	}
	change, err := client.MergeFrom(before).Data(after)
	if err != nil {
		return failed, fmt.Errorf("compare %s with what it was: %w", key, err)
	}
	if string(change) == "{}" {
		return Unchanged, nil
	}
	if err := send(client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		count(key.Kind, failed)
		return failed, newError("patch", key, err)
	}
	count(key.Kind, Updated)
	return Updated, nil
}
