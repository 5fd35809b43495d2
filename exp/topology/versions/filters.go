// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions

import (
	"slices"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
)

// Architectures returns the architectures of the machines that can run an image version. What its flavors say goes before
// its own list, as in profiles that define capabilities; a version without flavors has all that the profile defines.
func Architectures(
	version gardencorev1beta1.MachineImageVersion,
	definitions []gardencorev1beta1.CapabilityDefinition,
) []string {
	var out []string
	for _, flavor := range flavors(version, definitions) {
		for _, architecture := range flavor[v1beta1constants.ArchitectureName] {
			if !slices.Contains(out, architecture) {
				out = append(out, architecture)
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	return version.Architectures
}

// flavors returns the capabilities of each flavor of an image version, completed by what the profile defines.
func flavors(
	version gardencorev1beta1.MachineImageVersion,
	definitions []gardencorev1beta1.CapabilityDefinition,
) []gardencorev1beta1.Capabilities {
	if len(version.CapabilityFlavors) == 0 {
		return []gardencorev1beta1.Capabilities{gardencorev1beta1.GetCapabilitiesWithAppliedDefaults(nil, definitions)}
	}
	out := make([]gardencorev1beta1.Capabilities, 0, len(version.CapabilityFlavors))
	for _, flavor := range version.CapabilityFlavors {
		out = append(out, gardencorev1beta1.GetCapabilitiesWithAppliedDefaults(flavor.Capabilities, definitions))
	}
	return out
}

// SupportsCapabilities says whether one flavor of an image version shares a value with a machine type in each capability
// that the profile defines.
func SupportsCapabilities(
	version gardencorev1beta1.MachineImageVersion,
	machine gardencorev1beta1.Capabilities,
	definitions []gardencorev1beta1.CapabilityDefinition,
) bool {
	wanted := gardencorev1beta1.GetCapabilitiesWithAppliedDefaults(machine, definitions)
	return slices.ContainsFunc(flavors(version, definitions), func(flavor gardencorev1beta1.Capabilities) bool {
		for name, values := range wanted {
			if !slices.ContainsFunc(values, func(value string) bool { return slices.Contains(flavor[name], value) }) {
				return false
			}
		}
		return true
	})
}

// SupportsCRI says whether an image version has a container runtime interface and all container runtimes that are wanted.
func SupportsCRI(version gardencorev1beta1.MachineImageVersion, wanted gardencorev1beta1.CRI) bool {
	i := slices.IndexFunc(version.CRI, func(cri gardencorev1beta1.CRI) bool { return cri.Name == wanted.Name })
	if i < 0 {
		return false
	}
	for _, runtime := range wanted.ContainerRuntimes {
		if !slices.ContainsFunc(version.CRI[i].ContainerRuntimes, func(other gardencorev1beta1.ContainerRuntime) bool {
			return other.Type == runtime.Type
		}) {
			return false
		}
	}
	return true
}

// SupportsKubelet says whether an image version may run a kubelet of this Kubernetes version. A constraint or version that
// cannot be read forbids nothing: validation of the profile and of the Shoot refuse it.
func SupportsKubelet(version gardencorev1beta1.MachineImageVersion, kubelet string) bool {
	if version.KubeletVersionConstraint == nil {
		return true
	}
	constraint, err := semver.NewConstraint(*version.KubeletVersionConstraint)
	if err != nil {
		return true
	}
	parsed, err := semver.NewVersion(kubelet)
	return err != nil || constraint.Check(parsed)
}
