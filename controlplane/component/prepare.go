// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	kerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Rendered are the objects of a component as they are applied.
type Rendered struct {
	// Runtime objects in the order in which they are applied.
	Runtime            []client.Object
	Target             []client.Object
	Certificates       []pki.Leaf
	TargetCertificates []pki.Leaf
	Waiting            string
}

// Prepare renders a component and does everything to its objects that needs no cluster: it completes them and
// applies the user's patches. Errors are of type *Error.
func Prepare(in *Input, c Component) (Rendered, error) {
	objects, err := c.Render(in)
	if err != nil {
		return Rendered{}, &Error{Component: c.Name(), Step: StepRender, Err: err}
	}
	for _, obj := range objects.Runtime {
		if err := complete(in, c.Name(), obj); err != nil {
			return Rendered{}, &Error{Component: c.Name(), Step: StepRender, Err: err}
		}
	}
	for _, obj := range objects.Target {
		completeTarget(in, obj)
	}
	all := slices.Concat(objects.Runtime, objects.Target)
	if err := overrideContainers(all, in.Override(c.Name()).Containers); err != nil {
		return Rendered{}, &Error{Component: c.Name(), Step: StepRender, Err: err}
	}
	patched, err := patch(in, c.Name(), all)
	if err != nil {
		return Rendered{}, &Error{Component: c.Name(), Step: StepPatch, Err: err}
	}
	runtimeObjects, targetObjects := patched[:len(objects.Runtime)], patched[len(objects.Runtime):]
	if err := errors.Join(checkKinds(runtimeObjects), checkUnique(runtimeObjects), checkUnique(targetObjects)); err != nil {
		return Rendered{}, &Error{Component: c.Name(), Step: StepRender, Err: err}
	}
	slices.SortStableFunc(runtimeObjects, func(a, b client.Object) int { return int(stageOf(a)) - int(stageOf(b)) })
	return Rendered{
		Runtime: runtimeObjects, Target: targetObjects, Waiting: objects.Waiting,
		Certificates: objects.Certificates, TargetCertificates: objects.TargetCertificates,
	}, nil
}

// checkKinds finds a mistake of a component that would show only much later: what is not of a known kind is never
// pruned.
func checkKinds(objects []client.Object) error {
	known := sets.New(Kinds()...)
	for _, obj := range objects {
		if gvk := obj.GetObjectKind().GroupVersionKind(); !known.Has(gvk) {
			return fmt.Errorf("%s %s: components render no objects of this kind", gvk.Kind, obj.GetName())
		}
	}
	return nil
}

// checkUnique refuses two descriptions of one object, which would overwrite each other forever.
func checkUnique(objects []client.Object) error {
	seen := sets.New[apply.Key]()
	for _, obj := range objects {
		key, err := apply.KeyOf(scheme, obj)
		if err != nil {
			return err
		}
		if seen.Has(key) {
			return fmt.Errorf("%s is rendered twice", key)
		}
		seen.Insert(key)
	}
	return nil
}

// patch applies the patches of the component in order, and gives patched immutable objects the names that their
// content asks for.
func patch(in *Input, component string, objects []client.Object) ([]client.Object, error) {
	documents := make([]*unstructured.Unstructured, 0, len(objects))
	for _, obj := range objects {
		document, err := Unstructured(obj)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	for i, p := range in.Override(component).Patches {
		if err := applyPatch(p, documents); err != nil {
			return nil, &PatchError{Component: component, Index: i, Target: p.Target, Err: err}
		}
	}
	if err := renameUnique(documents); err != nil {
		return nil, err
	}
	return restoreTypes(objects, documents)
}

// restoreTypes makes Go objects of the documents of Go objects. What was none before, such as the manifests of users,
// may be of any kind and version.
func restoreTypes(before []client.Object, documents []*unstructured.Unstructured) ([]client.Object, error) {
	after := make([]client.Object, 0, len(documents))
	for i, document := range documents {
		if _, isDocument := before[i].(*unstructured.Unstructured); isDocument {
			after = append(after, document)
			continue
		}
		obj, err := strictlyTyped(document)
		if err != nil {
			return nil, err
		}
		after = append(after, obj)
	}
	return after, nil
}

// renameUnique follows changes of content in objects made by MakeUnique. Their names hold a hash, so that every
// string of the component that equals such a name is a reference to it.
func renameUnique(documents []*unstructured.Unstructured) error {
	renamed := map[string]string{}
	for _, document := range documents {
		if _, unique := document.GetLabels()[LabelBaseName]; !unique {
			continue
		}
		obj, err := strictlyTyped(document)
		if err != nil {
			return err
		}
		if old, now := document.GetName(), MakeUnique(obj).GetName(); now != old {
			renamed[old] = now
		}
	}
	if len(renamed) == 0 {
		return nil
	}
	for _, document := range documents {
		replaceStrings(document.Object, renamed)
	}
	return nil
}

func replaceStrings(value any, replacements map[string]string) any {
	switch v := value.(type) {
	case map[string]any:
		for key, field := range v {
			v[key] = replaceStrings(field, replacements)
		}
	case []any:
		for i, item := range v {
			v[i] = replaceStrings(item, replacements)
		}
	case string:
		if replacement, found := replacements[v]; found {
			return replacement
		}
	}
	return value
}

// strictlyTyped makes a Go object of a document, strictly: a misspelt field in a patch is an error, not a silence. A
// kind that is not known here stays a document.
func strictlyTyped(document *unstructured.Unstructured) (client.Object, error) {
	if !scheme.Recognizes(document.GroupVersionKind()) {
		return document, nil
	}
	made, err := scheme.New(document.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(document.Object, made, true); err != nil {
		if strict, ok := runtime.AsStrictDecodingError(err); ok {
			err = kerrors.NewAggregate(strict.Errors())
		}
		return nil, err
	}
	obj, ok := made.(client.Object)
	if !ok {
		return nil, fmt.Errorf("%T is not an object", made)
	}
	return obj, nil
}
