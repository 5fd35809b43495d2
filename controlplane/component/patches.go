// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/kustomize/api/filters/patchjson6902"
	"sigs.k8s.io/kustomize/api/filters/patchstrategicmerge"
	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// ValidatePatches finds what is wrong with patches without knowing the objects that they are for.
func ValidatePatches(path *field.Path, overrides []controlplanev1.ComponentOverride) field.ErrorList {
	var problems field.ErrorList
	for _, override := range overrides {
		for i, p := range override.Patches {
			if _, err := parsePatch(p); err != nil {
				at := path.Key(override.Name).Child("patches").Index(i).Child("patch")
				problems = append(problems, field.Invalid(at, abbreviate(p.Patch, 64), err.Error()))
			}
		}
	}
	return problems
}

// applyPatch changes the documents that the patch is for.
func applyPatch(p controlplanev1.Patch, documents []*unstructured.Unstructured) error {
	filter, err := parsePatch(p)
	if err != nil {
		return err
	}
	matched := false
	for _, document := range documents {
		if !matches(p.Target, document) {
			continue
		}
		matched = true
		if err := applyFilter(filter, document); err != nil {
			return err
		}
	}
	if !matched {
		return errors.New("it is for no object of the component; its objects are: " + describe(documents))
	}
	return nil
}

func matches(target controlplanev1.PatchTarget, document *unstructured.Unstructured) bool {
	return target.Kind == document.GetKind() && (target.Name == "" || target.Name == baseName(document))
}

func baseName(document *unstructured.Unstructured) string {
	if base, unique := document.GetLabels()[LabelBaseName]; unique {
		return base
	}
	return document.GetName()
}

func describe(documents []*unstructured.Unstructured) string {
	names := make([]string, 0, len(documents))
	for _, document := range documents {
		names = append(names, document.GetKind()+" "+baseName(document))
	}
	return strings.Join(names, ", ")
}

func applyFilter(filter kio.Filter, document *unstructured.Unstructured) error {
	encoded, err := document.MarshalJSON()
	if err != nil {
		return err
	}
	// JSON is YAML, and the style of the result does not matter.
	node, err := kyaml.Parse(string(encoded))
	if err != nil {
		return err
	}
	result, err := filter.Filter([]*kyaml.RNode{node})
	if err != nil {
		return err
	}
	if len(result) != 1 {
		return errors.New("a patch must not delete the object")
	}
	encoded, err = result[0].MarshalJSON()
	if err != nil {
		return err
	}
	patched := &unstructured.Unstructured{}
	if err := patched.UnmarshalJSON(encoded); err != nil {
		return fmt.Errorf("the result is not an object: %w", err)
	}
	if err := checkProtected(document, patched); err != nil {
		return err
	}
	if _, err := strictlyTyped(patched); err != nil {
		return fmt.Errorf("the result is not a valid %s: %w", document.GetKind(), err)
	}
	document.Object = patched.Object
	return nil
}

// protectedFields are what the framework finds objects and their pods by.
var protectedFields = [][]string{
	{"apiVersion"},
	{"kind"},
	{"metadata", "name"},
	{"metadata", "namespace"},
	{"metadata", "labels", wiring.LabelManagedBy},
	{"metadata", "labels", wiring.LabelComponent},
	{"metadata", "labels", wiring.LabelClusterName},
	{"metadata", "labels", wiring.LabelClusterNamespace},
	{"metadata", "labels", LabelBaseName},
	{"metadata", "annotations", wiring.AnnotationVersion},
	{"spec", "template", "metadata", "labels", wiring.LabelManagedBy},
	{"spec", "template", "metadata", "labels", wiring.LabelComponent},
	{"spec", "template", "metadata", "labels", wiring.LabelApp},
	{"spec", "template", "metadata", "annotations", wiring.AnnotationVersion},
	{"spec", "labels", wiring.LabelManagedBy},
	{"spec", "labels", wiring.LabelComponent},
}

func checkProtected(before, after *unstructured.Unstructured) error {
	for _, path := range protectedFields {
		// What is no text, or no map on the way, counts as absent.
		old, _, _ := unstructured.NestedString(before.Object, path...)
		now, _, _ := unstructured.NestedString(after.Object, path...)
		if old != now {
			return fmt.Errorf("a patch must not change %s", strings.Join(path, "."))
		}
	}
	return nil
}

func parsePatch(p controlplanev1.Patch) (kio.Filter, error) {
	switch p.Type {
	case controlplanev1.PatchStrategicMerge, "":
		return parseStrategicMerge(p.Patch)
	case controlplanev1.PatchJSON6902:
		return parseJSON6902(p.Patch)
	}
	return nil, fmt.Errorf("there is no patch type %q; use %s or %s",
		p.Type, controlplanev1.PatchStrategicMerge, controlplanev1.PatchJSON6902)
}

func parseStrategicMerge(text string) (kio.Filter, error) {
	nodes, err := kio.FromBytes([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("it is neither YAML nor JSON: %w", err)
	}
	if len(nodes) != 1 {
		return nil, fmt.Errorf("it holds %d documents; a patch is one", len(nodes))
	}
	if nodes[0].YNode().Kind != kyaml.MappingNode {
		return nil, errors.New("a strategic merge patch is a partial object; for a list of operations set type to JSON6902")
	}
	return patchstrategicmerge.Filter{Patch: nodes[0]}, nil
}

// operation is one operation of RFC 6902.
type operation struct {
	Op   string  `json:"op"`
	Path *string `json:"path"`
	From *string `json:"from"`
}

func parseJSON6902(text string) (kio.Filter, error) {
	encoded, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("it is neither YAML nor JSON: %w", err)
	}
	var fields []map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &fields); err != nil {
		return nil, errors.New("a JSON6902 patch is a list of operations, each with op and path")
	}
	if len(fields) == 0 {
		return nil, errors.New("it holds no operation")
	}
	var operations []operation
	if err := json.Unmarshal(encoded, &operations); err != nil {
		return nil, fmt.Errorf("its operations cannot be read: %w", err)
	}
	for i, o := range operations {
		_, hasValue := fields[i]["value"]
		if err := o.check(hasValue); err != nil {
			return nil, fmt.Errorf("operation %d: %w", i, err)
		}
	}
	return patchjson6902.Filter{Patch: string(encoded)}, nil
}

// check takes whether there is a value, since null is one.
func (o operation) check(hasValue bool) error {
	if !slices.Contains([]string{"add", "remove", "replace", "move", "copy", "test"}, o.Op) {
		return fmt.Errorf("op %q is not add, remove, replace, move, copy or test", o.Op)
	}
	if o.Path == nil || !isPointer(*o.Path) {
		return errors.New("path must start with /")
	}
	switch o.Op {
	case "add", "replace", "test":
		if !hasValue {
			return fmt.Errorf("%s needs a value", o.Op)
		}
	case "move", "copy":
		if o.From == nil || !isPointer(*o.From) {
			return fmt.Errorf("%s needs from, which must start with /", o.Op)
		}
	}
	return nil
}

// isPointer leaves out the pointer to the whole object, which nothing sensible can be done with.
func isPointer(path string) bool { return strings.HasPrefix(path, "/") }

// abbreviate shortens a text for a message.
func abbreviate(text string, length int) string {
	runes := []rune(text)
	if len(runes) <= length {
		return text
	}
	return string(runes[:length-1]) + "…"
}
