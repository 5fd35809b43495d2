// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions

import (
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
)

// Merge returns what a NamespacedCloudProfile makes of its parent, for its status and for the Shoots that refer to it.
//
// It changes expiration dates of versions, adds machine images, versions of images, machine types and volume types, appends
// certificates, and sets the limit of nodes. It adds no Kubernetes versions. The parent is not changed.
func Merge(
	parent *gardencorev1beta1.CloudProfileSpec,
	own *gardencorev1beta1.NamespacedCloudProfileSpec,
) gardencorev1beta1.CloudProfileSpec {
	out := *parent.DeepCopy()
	own = own.DeepCopy()
	adaptArchitectures(own, out.MachineCapabilities)
	if own.Kubernetes != nil {
		for _, version := range own.Kubernetes.Versions {
			for i := range out.Kubernetes.Versions {
				if out.Kubernetes.Versions[i].Version == version.Version {
					out.Kubernetes.Versions[i].ExpirationDate = version.ExpirationDate
				}
			}
		}
	}
	out.MachineImages = overlay(out.MachineImages, own.MachineImages, imageName, mergeImage)
	out.MachineTypes = overlay(out.MachineTypes, own.MachineTypes,
		func(machine gardencorev1beta1.MachineType) string { return machine.Name }, replace)
	out.VolumeTypes = overlay(out.VolumeTypes, own.VolumeTypes,
		func(volume gardencorev1beta1.VolumeType) string { return volume.Name }, replace)
	if own.CABundle != nil {
		bundle := *own.CABundle
		if out.CABundle != nil {
			bundle = *out.CABundle + bundle
		}
		out.CABundle = &bundle
	}
	if own.Limits != nil && own.Limits.MaxNodesTotal != nil && *own.Limits.MaxNodesTotal > 0 {
		out.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: own.Limits.MaxNodesTotal}
	}
	defaultArchitectures(&out)
	return out
}

func imageName(image gardencorev1beta1.MachineImage) string { return image.Name }

func imageVersion(version gardencorev1beta1.MachineImageVersion) string { return version.Version }

func replace[T any](_, own T) T { return own }

// overlay returns the items of a list with those of another one laid over: merged where both have an item of the same key,
// appended where only the other one has it.
func overlay[T any](base, own []T, key func(T) string, merge func(base, own T) T) []T {
	for _, item := range own {
		i := slices.IndexFunc(base, func(other T) bool { return key(other) == key(item) })
		if i < 0 {
			base = append(base, item)
			continue
		}
		base[i] = merge(base[i], item)
	}
	return base
}

func mergeImage(base, own gardencorev1beta1.MachineImage) gardencorev1beta1.MachineImage {
	if own.UpdateStrategy != nil && *own.UpdateStrategy != "" {
		base.UpdateStrategy = own.UpdateStrategy
	}
	base.Versions = overlay(base.Versions, own.Versions, imageVersion, mergeImageVersion)
	return base
}

// mergeImageVersion keeps a version whole that was the namespaced profile's before the parent got one of the same name.
func mergeImageVersion(base, own gardencorev1beta1.MachineImageVersion) gardencorev1beta1.MachineImageVersion {
	if len(own.Architectures) > 0 || len(own.CapabilityFlavors) > 0 || len(own.CRI) > 0 ||
		own.KubeletVersionConstraint != nil && *own.KubeletVersionConstraint != "" ||
		own.Classification != nil && *own.Classification != "" {
		return own
	}
	base.ExpirationDate = own.ExpirationDate
	return base
}

// adaptArchitectures lets a namespaced profile speak of architectures in the way its parent does: as flavors and
// capabilities where the parent defines capabilities, as plain lists where it does not.
func adaptArchitectures(own *gardencorev1beta1.NamespacedCloudProfileSpec, definitions []gardencorev1beta1.CapabilityDefinition) {
	for i := range own.MachineImages {
		for j := range own.MachineImages[i].Versions {
			adaptImage(&own.MachineImages[i].Versions[j], definitions)
		}
	}
	for i := range own.MachineTypes {
		machine := &own.MachineTypes[i]
		switch {
		case len(definitions) == 0:
			if values := machine.Capabilities[v1beta1constants.ArchitectureName]; machine.Architecture == nil && len(values) == 1 {
				machine.Architecture = &values[0]
			}
			machine.Capabilities = nil
		case len(machine.Capabilities) == 0 && machine.Architecture != nil:
			machine.Capabilities = architecture(*machine.Architecture)
		}
	}
}

// Adapt returns a version of an image that speaks of architectures in the way a profile with these definitions does.
func Adapt(version gardencorev1beta1.MachineImageVersion, definitions []gardencorev1beta1.CapabilityDefinition) gardencorev1beta1.MachineImageVersion {
	out := *version.DeepCopy()
	adaptImage(&out, definitions)
	return out
}

func adaptImage(version *gardencorev1beta1.MachineImageVersion, definitions []gardencorev1beta1.CapabilityDefinition) {
	switch {
	case len(definitions) == 0:
		for _, flavor := range version.CapabilityFlavors {
			for _, value := range flavor.Capabilities[v1beta1constants.ArchitectureName] {
				if !slices.Contains(version.Architectures, value) {
					version.Architectures = append(version.Architectures, value)
				}
			}
		}
		version.CapabilityFlavors = nil
	case len(version.CapabilityFlavors) == 0:
		for _, value := range version.Architectures {
			version.CapabilityFlavors = append(version.CapabilityFlavors,
				gardencorev1beta1.MachineImageFlavor{Capabilities: architecture(value)})
		}
	}
}

func architecture(value string) gardencorev1beta1.Capabilities {
	return gardencorev1beta1.Capabilities{v1beta1constants.ArchitectureName: gardencorev1beta1.CapabilityValues{value}}
}

// defaultArchitectures says amd64 where neither profile says anything: defaults of a NamespacedCloudProfile cannot know
// whether its parent defines capabilities.
func defaultArchitectures(profile *gardencorev1beta1.CloudProfileSpec) {
	for i := range profile.MachineTypes {
		machine := &profile.MachineTypes[i]
		if machine.Architecture != nil && *machine.Architecture != "" {
			continue
		}
		value := machine.GetArchitecture(profile.MachineCapabilities)
		if value == "" {
			value = v1beta1constants.ArchitectureAMD64
		}
		machine.Architecture = &value
	}
	for i := range profile.MachineImages {
		for j := range profile.MachineImages[i].Versions {
			version := &profile.MachineImages[i].Versions[j]
			if len(version.Architectures) > 0 {
				continue
			}
			version.Architectures = Architectures(*version, profile.MachineCapabilities)
			if len(version.Architectures) == 0 {
				version.Architectures = []string{v1beta1constants.ArchitectureAMD64}
			}
		}
	}
}
