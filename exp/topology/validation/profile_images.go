// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// completeImages checks machine images of which nothing is left to a parent.
func completeImages(images []gardencorev1beta1.MachineImage, definitions []gardencorev1beta1.CapabilityDefinition, at time.Time, path *field.Path) field.ErrorList {
	out := machineImages(images, definitions, false, path)
	for i, image := range images {
		own := path.Index(i)
		if image.UpdateStrategy == nil {
			out = append(out, field.Required(own.Child("updateStrategy"), "choose patch, minor or major"))
		}
		out = append(out, completeVersions(image, definitions, at, own.Child("versions"))...)
	}
	return out
}

// completeVersions checks what every version of an image has to say that is not left to a parent.
func completeVersions(image gardencorev1beta1.MachineImage, definitions []gardencorev1beta1.CapabilityDefinition, at time.Time, path *field.Path) field.ErrorList {
	out := supportedOnce(versions.Expirable(image.Versions), at, path)
	for i, version := range image.Versions {
		own := path.Index(i)
		out = join(out, runtimes(version.CRI, own.Child("cri")), expirable(version.ExpirableVersion, own))
		if len(definitions) > 0 {
			continue
		}
		if len(version.Architectures) == 0 {
			out = append(out, field.Required(own.Child("architectures"), "name the architectures that it runs on"))
		}
		if len(version.CapabilityFlavors) > 0 {
			out = append(out, field.Forbidden(own.Child("capabilityFlavors"), undefinedDetail))
		}
	}
	return out
}

// runtimes checks the container runtime interfaces that an image has.
func runtimes(interfaces []gardencorev1beta1.CRI, path *field.Path) field.ErrorList {
	if len(interfaces) == 0 {
		return field.ErrorList{field.Required(path, "name at least containerd")}
	}
	var out field.ErrorList
	names := unique[gardencorev1beta1.CRIName]{}
	for i, cri := range interfaces {
		own := path.Index(i)
		if names.seen(cri.Name) {
			out = append(out, field.Duplicate(own, cri.Name))
		}
		out = append(out, oneOf(&cri.Name, own.Child("name"), gardencorev1beta1.CRINameContainerD)...)
		types := unique[string]{}
		for j, runtime := range cri.ContainerRuntimes {
			typePath := own.Child("containerRuntimes").Index(j).Child("type")
			out = append(out, firstInvalid(runtime.Type, typePath)...)
			if types.seen(runtime.Type) {
				out = append(out, field.Duplicate(typePath, runtime.Type))
			}
		}
	}
	return out
}

// machineImages checks the names, versions and architectures of images.
func machineImages(images []gardencorev1beta1.MachineImage, definitions []gardencorev1beta1.CapabilityDefinition, mayBeEmpty bool, path *field.Path) field.ErrorList {
	var out field.ErrorList
	names := unique[string]{}
	for i, image := range images {
		own := path.Index(i)
		if names.seen(image.Name) {
			out = append(out, field.Duplicate(own, image.Name))
		}
		out = append(out, machineImage(image, definitions, mayBeEmpty, own)...)
	}
	return out
}

func machineImage(image gardencorev1beta1.MachineImage, definitions []gardencorev1beta1.CapabilityDefinition, mayBeEmpty bool, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if image.Name == "" {
		out = append(out, field.Required(path.Child("name"), "give it a name"))
	} else {
		out = append(out, firstInvalid(image.Name, path.Child("name"))...)
	}
	if len(image.Versions) == 0 && !mayBeEmpty {
		out = append(out, field.Required(path.Child("versions"), "offer at least one version"))
	}
	out = append(out, oneOf(image.UpdateStrategy, path.Child("updateStrategy"),
		gardencorev1beta1.UpdateStrategyPatch, gardencorev1beta1.UpdateStrategyMinor, gardencorev1beta1.UpdateStrategyMajor)...)
	numbers := unique[string]{}
	for i, version := range image.Versions {
		own := path.Child("versions").Index(i)
		if numbers.seen(version.Version) {
			out = append(out, field.Duplicate(own, version.Version))
		}
		out = append(out, imageVersion(version, definitions, own)...)
	}
	return out
}

func imageVersion(version gardencorev1beta1.MachineImageVersion, definitions []gardencorev1beta1.CapabilityDefinition, path *field.Path) field.ErrorList {
	var out field.ErrorList
	own := path.Child("version")
	switch _, err := semver.NewVersion(version.Version); {
	case version.Version == "":
		out = append(out, field.Required(own, "name a version such as 1312.3.0"))
	case err != nil:
		out = append(out, field.Invalid(own, version.Version, "must be a semantic version such as 1312.3.0; map it to what the infrastructure calls it in spec.providerConfig"))
	}
	if updates := version.InPlaceUpdates; updates != nil && updates.MinVersionForUpdate != nil {
		if _, err := semver.NewVersion(*updates.MinVersionForUpdate); err != nil {
			out = append(out, field.Invalid(path.Child("inPlaceUpdates", "minVersionForUpdate"), *updates.MinVersionForUpdate, "must be a semantic version such as 1312.3.0"))
		}
	}
	if constraint := version.KubeletVersionConstraint; constraint != nil {
		if _, err := semver.NewConstraint(*constraint); err != nil {
			out = append(out, field.Invalid(path.Child("kubeletVersionConstraint"), *constraint, "must be a constraint such as >= 1.34, < 1.37: "+err.Error()))
		}
	}
	out = append(out, imageArchitectures(version, definitions, path)...)
	for i, flavor := range version.CapabilityFlavors {
		own := path.Child("capabilityFlavors").Index(i)
		out = append(out, capabilities(flavor.Capabilities, definitions, own, own)...)
	}
	return out
}

// imageArchitectures checks the architectures of an image, in both ways in which they can be said.
func imageArchitectures(version gardencorev1beta1.MachineImageVersion, definitions []gardencorev1beta1.CapabilityDefinition, path *field.Path) field.ErrorList {
	known := v1beta1constants.ValidArchitectures
	var out field.ErrorList
	if len(definitions) > 0 {
		known = nil
		for _, definition := range definitions {
			if definition.Name == v1beta1constants.ArchitectureName {
				known = definition.Values
			}
		}
		own := path.Child("capabilityFlavors")
		if len(known) > 1 && len(version.CapabilityFlavors) == 0 {
			return field.ErrorList{field.Required(own, "name a flavor for each architecture, because spec.machineCapabilities defines several")}
		}
		out = flavorArchitectures(version, known, own)
		said := flavored(version, known)
		if slices.ContainsFunc(version.Architectures, func(value string) bool { return !slices.Contains(said, value) }) {
			out = append(out, field.Invalid(path.Child("architectures"), version.Architectures,
				fmt.Sprintf("must be those of capabilityFlavors, %s; remove it", strings.Join(said, ", "))))
		}
	}
	for i, value := range version.Architectures {
		out = append(out, oneOf(&value, path.Child("architectures").Index(i), slices.Clone(known)...)...)
	}
	return out
}

// flavorArchitectures checks that a flavor is for one architecture.
func flavorArchitectures(version gardencorev1beta1.MachineImageVersion, known []string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for i, flavor := range version.CapabilityFlavors {
		values, own := flavor.Capabilities[v1beta1constants.ArchitectureName], path.Index(i).Child(v1beta1constants.ArchitectureName)
		switch {
		case len(values) == 0 && len(known) > 1:
			out = append(out, field.Required(own, "name the architecture, because spec.machineCapabilities defines several"))
		case len(values) > 1:
			out = append(out, field.Invalid(own, values, "must be one; add a flavor for each"))
		}
	}
	return out
}

// flavored returns the architectures of all flavors, and the only one that there is if none is named.
func flavored(version gardencorev1beta1.MachineImageVersion, known []string) []string {
	var out []string
	for _, flavor := range version.CapabilityFlavors {
		out = append(out, flavor.Capabilities[v1beta1constants.ArchitectureName]...)
	}
	if len(out) == 0 && len(known) == 1 {
		return known
	}
	return out
}
