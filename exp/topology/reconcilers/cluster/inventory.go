// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// AnnotationInventory lists, on the namespace of a Cluster, the objects that were made for the Shoot beside it. They may be in
// other namespaces or in none, and of kinds that only their provider knows.
const AnnotationInventory = "kubeception.cluster.x-k8s.io/inventory"

// item is an object that was made.
type item struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
}

func (i item) kind() schema.GroupVersionKind {
	return schema.FromAPIVersionAndKind(i.APIVersion, i.Kind)
}

// inventory is a set of objects.
type inventory map[item]bool

func inventoryOf(scheme *runtime.Scheme, objects []client.Object) (inventory, error) {
	out := inventory{}
	for _, object := range objects {
		kind, err := apiutil.GVKForObject(object, scheme)
		if err != nil {
			return nil, fmt.Errorf("find the kind of %T %s: %w", object, object.GetName(), err)
		}
		version, name := kind.ToAPIVersionAndKind()
		out[item{APIVersion: version, Kind: name, Namespace: object.GetNamespace(), Name: object.GetName()}] = true
	}
	return out, nil
}

// readInventory is empty where nothing was noted.
func readInventory(namespace *corev1.Namespace) (inventory, error) {
	text := namespace.Annotations[AnnotationInventory]
	if text == "" {
		return inventory{}, nil
	}
	var items []item
	if err := json.Unmarshal([]byte(text), &items); err != nil {
		return nil, fmt.Errorf("read annotation %s of namespace %s: %w", AnnotationInventory, namespace.Name, err)
	}
	out := inventory{}
	for _, one := range items {
		out[one] = true
	}
	return out, nil
}

// write notes an inventory, sorted.
func (i inventory) write(namespace *corev1.Namespace) error {
	items := slices.SortedFunc(maps.Keys(i), func(a, b item) int {
		return strings.Compare(a.APIVersion+a.Kind+"/"+a.Namespace+"/"+a.Name, b.APIVersion+b.Kind+"/"+b.Namespace+"/"+b.Name)
	})
	if len(items) == 0 {
		return nil
	}
	text, err := json.Marshal(items)
	if err != nil {
		return fmt.Errorf("write the inventory of namespace %s: %w", namespace.Name, err)
	}
	if namespace.Annotations == nil {
		namespace.Annotations = map[string]string{}
	}
	namespace.Annotations[AnnotationInventory] = string(text)
	return nil
}

func (i inventory) union(other inventory) inventory {
	out := maps.Clone(i)
	maps.Copy(out, other)
	return out
}

func (i inventory) without(other inventory) inventory {
	out := maps.Clone(i)
	maps.DeleteFunc(out, func(one item, _ bool) bool { return other[one] })
	return out
}
