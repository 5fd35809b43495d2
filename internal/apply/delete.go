// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// List returns all objects of the kinds, which the scheme must know. A kind that the cluster does not serve has none.
func List(ctx context.Context, c client.Reader, scheme *runtime.Scheme, kinds []schema.GroupVersionKind,
	opts ...client.ListOption,
) ([]client.Object, error) {
	var objects []client.Object
	for _, kind := range kinds {
		made, err := scheme.New(kind.GroupVersion().WithKind(kind.Kind + "List"))
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", kind.Kind, err)
		}
		list, ok := made.(client.ObjectList)
		if !ok {
			return nil, fmt.Errorf("list %s: %T is not a list", kind.Kind, made)
		}
		if err := c.List(ctx, list, opts...); meta.IsNoMatchError(err) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("list %s: %w", kind.Kind, err)
		}
		err = meta.EachListItem(list, func(item runtime.Object) error {
			obj, ok := item.(client.Object)
			if !ok {
				return fmt.Errorf("list %s: %T is not an object", kind.Kind, item)
			}
			obj.GetObjectKind().SetGroupVersionKind(kind)
			objects = append(objects, obj)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return objects, nil
}

// Delete deletes an object that was read before, and what it owns in the background. An object that is gone, was
// replaced by another of the same name, or is being deleted already is left alone and reported as Unchanged.
func Delete(ctx context.Context, c client.Client, obj client.Object) (Result, error) {
	if !obj.GetDeletionTimestamp().IsZero() {
		return Unchanged, nil
	}
	return remove(ctx, c, obj, client.PropagationPolicy(metav1.DeletePropagationBackground))
}

// remove deletes the very object that was read.
func remove(ctx context.Context, c client.Client, obj client.Object, option client.DeleteOption) (Result, error) {
	key, err := KeyOf(c.Scheme(), obj)
	if err != nil {
		return failed, err
	}
	err = c.Delete(ctx, obj, client.Preconditions{UID: ptr.To(obj.GetUID())}, option)
	switch {
	case err == nil:
		count(key.Kind, Deleted)
		return Deleted, nil
	case apierrors.IsNotFound(err), apierrors.IsConflict(err):
		return Unchanged, nil
	}
	count(key.Kind, failed)
	return failed, newError("delete", key, err)
}

// End deletes a pod that was read before, and gives its containers no more than grace, in whole seconds, to end. A
// pod that is ending already is hurried up, unless it has no more than that anyway.
func End(ctx context.Context, c client.Client, pod *corev1.Pod, grace time.Duration) (Result, error) {
	seconds := int64(grace.Seconds())
	if !pod.DeletionTimestamp.IsZero() && ptr.Deref(pod.DeletionGracePeriodSeconds, 0) <= seconds {
		return Unchanged, nil
	}
	return remove(ctx, c, pod, client.GracePeriodSeconds(seconds))
}

// Prune deletes those of the objects, which were read before, that are not to be kept. It returns what it deleted.
// A failure does not hold up the others.
func Prune(ctx context.Context, c client.Client, objects []client.Object, keep sets.Set[Key]) ([]Key, error) {
	var deleted []Key
	var problems []error
	for _, obj := range objects {
		key, err := KeyOf(c.Scheme(), obj)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if keep.Has(key) {
			continue
		}
		result, err := Delete(ctx, c, obj)
		if err != nil {
			problems = append(problems, err)
		}
		if result == Deleted {
			deleted = append(deleted, key)
		}
	}
	return deleted, errors.Join(problems...)
}
