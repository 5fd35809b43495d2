// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Create makes an object that must not be made anew when it is gone, and is not changed afterwards, such as a bare pod.
// One that exists is left alone and reported as Unchanged. The object is filled with what the cluster made of it.
func Create(ctx context.Context, c client.Client, obj client.Object) (Result, error) {
	key, err := KeyOf(c.Scheme(), obj)
	if err != nil {
		return failed, err
	}
	err = c.Create(ctx, obj, FieldOwner)
	switch {
	case err == nil:
		count(key.Kind, Created)
		return Created, nil
	case apierrors.IsAlreadyExists(err):
		return Unchanged, nil
	}
	count(key.Kind, failed)
	return failed, newError("create", key, err)
}

// Ungate lets the very pod that was read before be scheduled. One that has no gates, or is gone, is left alone.
func Ungate(ctx context.Context, c client.Client, pod *corev1.Pod) (Result, error) {
	if len(pod.Spec.SchedulingGates) == 0 {
		return Unchanged, nil
	}
	return patch(ctx, c, pod, map[string]any{"spec": map[string]any{"schedulingGates": nil}})
}

// Annotate sets annotations of the very object that was read before and is not ours otherwise; nil removes one.
func Annotate(ctx context.Context, c client.Client, obj client.Object, annotations map[string]*string) (Result, error) {
	changed := map[string]any{}
	for name, want := range annotations {
		have, exists := obj.GetAnnotations()[name]
		if exists != (want != nil) || exists && have != *want {
			changed[name] = want
		}
	}
	if len(changed) == 0 {
		return Unchanged, nil
	}
	return patch(ctx, c, obj, map[string]any{"metadata": map[string]any{"annotations": changed}})
}

// Own makes an owner the controller of the very object that was read before and has none. It is for objects that lost
// their owner, as in a restored backup.
func Own(ctx context.Context, c client.Client, obj client.Object, owner metav1.OwnerReference) (Result, error) {
	if metav1.GetControllerOf(obj) != nil {
		return Unchanged, nil
	}
	owner.Controller = new(true)
	return patch(ctx, c, obj, map[string]any{"metadata": map[string]any{
		"ownerReferences": append(slices.Clone(obj.GetOwnerReferences()), owner),
		"resourceVersion": obj.GetResourceVersion(), // The list is replaced as a whole.
	}})
}

// patch merges a change into the very object that was read. The object itself stays as it was read.
func patch(ctx context.Context, c client.Client, obj client.Object, change map[string]any) (Result, error) {
	key, err := KeyOf(c.Scheme(), obj)
	if err != nil {
		return failed, err
	}
	metadata, _ := change["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
		change["metadata"] = metadata
	}
	metadata["uid"] = obj.GetUID() // Another object of the same name answers with a conflict.
	body, err := json.Marshal(change)
	if err != nil {
		return failed, fmt.Errorf("encode the patch of %s: %w", key, err)
	}
	copied, ok := obj.DeepCopyObject().(client.Object)
	if !ok {
		return failed, fmt.Errorf("patch %s: %T is not an object", key, obj)
	}
	err = c.Patch(ctx, copied, client.RawPatch(types.MergePatchType, body), FieldOwner)
	switch {
	case err == nil:
		count(key.Kind, Updated)
		return Updated, nil
	case apierrors.IsNotFound(err), apierrors.IsConflict(err):
		return Unchanged, nil
	}
	count(key.Kind, failed)
	return failed, newError("patch", key, err)
}
