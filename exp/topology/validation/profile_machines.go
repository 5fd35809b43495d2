// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	// reservedCapability is what names of capabilities begin with that Gardener keeps for itself.
	reservedCapability = "gardener-"
	// undefinedDetail is why capabilities are refused.
	undefinedDetail = "must not be set where spec.machineCapabilities defines none; remove it"
)

// completeTypes checks machine types of which nothing is left to a parent.
func completeTypes(types []gardencorev1beta1.MachineType, definitions []gardencorev1beta1.CapabilityDefinition, path *field.Path) field.ErrorList {
	out := machineTypes(types, definitions, path)
	if len(definitions) > 0 {
		return out
	}
	for i, machine := range types {
		if deref(machine.Architecture) == "" {
			out = append(out, field.Required(path.Index(i).Child("architecture"), "choose amd64 or arm64"))
		}
		if len(machine.Capabilities) > 0 {
			out = append(out, field.Forbidden(path.Index(i).Child("capabilities"), undefinedDetail))
		}
	}
	return out
}

func machineTypes(types []gardencorev1beta1.MachineType, definitions []gardencorev1beta1.CapabilityDefinition, path *field.Path) field.ErrorList {
	var out field.ErrorList
	names := unique[string]{}
	for i, machine := range types {
		own := path.Index(i)
		out = append(out, requireName(machine.Name, own.Child("name"))...)
		if names.seen(machine.Name) {
			out = append(out, field.Duplicate(own.Child("name"), machine.Name))
			continue
		}
		out = join(out, quantity("cpu", machine.CPU, own.Child("cpu")), quantity("gpu", machine.GPU, own.Child("gpu")),
			quantity("memory", machine.Memory, own.Child("memory")), machineArchitecture(machine, definitions, own),
			capabilities(machine.Capabilities, definitions, own.Child("capabilities"), own.Child("capabilities")),
			storage(machine.Storage, own.Child("storage")))
	}
	return out
}

// machineArchitecture checks that a machine type has one architecture, in both ways in which it can be said.
func machineArchitecture(machine gardencorev1beta1.MachineType, definitions []gardencorev1beta1.CapabilityDefinition, path *field.Path) field.ErrorList {
	var out field.ErrorList
	own := deref(machine.Architecture)
	if values := machine.Capabilities[v1beta1constants.ArchitectureName]; len(definitions) > 0 {
		switch {
		case len(values) > 1:
			out = append(out, field.Invalid(path.Child("capabilities", "architecture"), values, "must be one; offer a machine type for each"))
		case len(values) == 1 && own != "" && own != values[0]:
			out = append(out, field.Invalid(path.Child("architecture"), own, fmt.Sprintf("must be %q, as capabilities say; remove it", values[0])))
		}
	}
	if own != "" {
		out = append(out, oneOf(&own, path.Child("architecture"), slices.Clone(v1beta1constants.ValidArchitectures)...)...)
	}
	return out
}

// capabilities checks that the profile defines capabilities and their values. Where it defines none, others refuse them.
func capabilities(given gardencorev1beta1.Capabilities, definitions []gardencorev1beta1.CapabilityDefinition, path, valuesPath *field.Path) field.ErrorList {
	if len(definitions) == 0 {
		return nil
	}
	known := map[string][]string{}
	for _, definition := range definitions {
		known[definition.Name] = definition.Values
	}
	var out field.ErrorList
	for _, name := range sorted(given) {
		offered, exists := known[name]
		if !exists {
			out = append(out, field.NotSupported(path, name, sorted(known)))
			continue
		}
		for i, value := range given[name] {
			out = append(out, oneOf(&value, valuesPath.Child(name).Index(i), slices.Clone(offered)...)...)
		}
	}
	return out
}

func storage(storage *gardencorev1beta1.MachineTypeStorage, path *field.Path) field.ErrorList {
	if storage == nil {
		return nil
	}
	if (storage.StorageSize == nil) == (storage.MinSize == nil) {
		return field.ErrorList{field.Invalid(path, storage.Type, "must have size, if it is fixed, or else minSize")}
	}
	return join(optionalQuantity("size", storage.StorageSize, path.Child("size")), optionalQuantity("minSize", storage.MinSize, path.Child("minSize")))
}

// capabilityDefinitions checks what machines and images of a profile can differ in; the architecture is part of it.
func capabilityDefinitions(definitions []gardencorev1beta1.CapabilityDefinition, path *field.Path) field.ErrorList {
	if len(definitions) == 0 {
		return nil
	}
	var out field.ErrorList
	values := map[string][]string{}
	for i, definition := range definitions {
		own := path.Index(i).Child("name")
		if _, exists := values[definition.Name]; exists {
			out = append(out, field.Duplicate(own, definition.Name))
		}
		if strings.HasPrefix(definition.Name, reservedCapability) {
			out = append(out, field.Forbidden(own, fmt.Sprintf("must not begin with %q, which is kept for Gardener itself", reservedCapability)))
		}
		values[definition.Name] = definition.Values
	}
	architecturePath := path.Child(v1beta1constants.ArchitectureName)
	architectures, exists := values[v1beta1constants.ArchitectureName]
	if !exists {
		out = append(out, field.Required(architecturePath, "define architecture with the values that there are, such as amd64"))
	}
	for _, value := range architectures {
		if !slices.Contains(v1beta1constants.ValidArchitectures, value) {
			out = append(out, field.Invalid(architecturePath, value, "must be one of "+strings.Join(v1beta1constants.ValidArchitectures, ", ")))
		}
	}
	for _, name := range sorted(values) {
		out = append(out, capabilityValues(name, values[name], path)...)
	}
	return out
}

func capabilityValues(name string, values []string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if name == "" {
		out = append(out, field.Required(path, "give every capability a name"))
	} else {
		out = append(out, firstInvalid(name, path)...)
	}
	if len(values) == 0 {
		out = append(out, field.Required(path.Child(name), "define at least one value"))
	}
	for i, value := range values {
		own := path.Child(name).Index(i)
		if value == "" {
			out = append(out, field.Required(own, "must not be empty"))
		} else {
			out = append(out, firstInvalid(value, own)...)
		}
	}
	return out
}

// firstInvalid checks a plain name and reports all that is wrong with it as one problem.
func firstInvalid(name string, path *field.Path) field.ErrorList {
	if messages := plainName(name); len(messages) > 0 {
		return field.ErrorList{field.Invalid(path, name, strings.Join(messages, "; "))}
	}
	return nil
}
