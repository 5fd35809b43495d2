// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// Key identifies an object in one cluster, whatever version of its API it was read through.
type Key struct {
	schema.GroupKind
	client.ObjectKey
}

// String is short, for messages: the kind and the name.
func (k Key) String() string { return k.Kind + " " + k.Name }

// KeyOf returns the key of an object whose kind the scheme knows or the object itself says.
func KeyOf(scheme *runtime.Scheme, obj client.Object) (Key, error) {
	gvk, err := apiutil.GVKForObject(obj, scheme)
	if err != nil {
		return Key{}, fmt.Errorf("find the kind of %T %s: %w", obj, obj.GetName(), err)
	}
	return Key{GroupKind: gvk.GroupKind(), ObjectKey: client.ObjectKeyFromObject(obj)}, nil
}

// ToUnstructured returns an object with its kind and without nulls and status, going through its Go type if the
// scheme knows it, so that different spellings of a value (quantities, for example) become one.
func ToUnstructured(scheme *runtime.Scheme, obj client.Object) (*unstructured.Unstructured, error) {
	gvk, err := apiutil.GVKForObject(obj, scheme)
	if err != nil {
		return nil, err
	}
	source := obj
	if u, ok := obj.(*unstructured.Unstructured); ok {
		if source, err = typed(scheme, u); err != nil {
			return nil, err
		}
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(source)
	if err != nil {
		return nil, fmt.Errorf("convert %T: %w", obj, err)
	}
	u := &unstructured.Unstructured{Object: content}
	// The converter shares the content of what is already unstructured.
	u = u.DeepCopy()
	u.SetGroupVersionKind(gvk)
	delete(u.Object, "status")
	removeNulls(u.Object)
	return u, nil
}

// typed returns an object of the Go type that the scheme has for its kind, or the object itself if it has none.
func typed(scheme *runtime.Scheme, u *unstructured.Unstructured) (client.Object, error) {
	if !scheme.Recognizes(u.GroupVersionKind()) {
		return u, nil
	}
	obj, err := newObject(scheme, u.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, obj); err != nil {
		return nil, fmt.Errorf("convert to %T: %w", obj, err)
	}
	return obj, nil
}

func newObject(scheme *runtime.Scheme, gvk schema.GroupVersionKind) (client.Object, error) {
	if !scheme.Recognizes(gvk) {
		u := &unstructured.Unstructured{}
		u.SetGroupVersionKind(gvk)
		return u, nil
	}
	made, err := scheme.New(gvk)
	if err != nil {
		return nil, err
	}
	obj, ok := made.(client.Object)
	if !ok {
		return nil, fmt.Errorf("%s is not an object", gvk)
	}
	obj.GetObjectKind().SetGroupVersionKind(gvk)
	return obj, nil
}

func removeNulls(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, field := range v {
			if field == nil {
				delete(v, key)
				continue
			}
			removeNulls(field)
		}
	case []any:
		for _, item := range v {
			removeNulls(item)
		}
	}
}

func hashOf(u *unstructured.Unstructured) (string, error) {
	// Maps are encoded in the order of their keys.
	encoded, err := json.Marshal(u.Object)
	if err != nil {
		return "", fmt.Errorf("encode for the hash: %w", err)
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:16]), nil
}
