// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
)

// SyncArchitectures makes the two ways in which a CloudProfile names architectures say the same, where one is left out: when
// it begins to define capabilities with several architectures, flavors and capabilities are made of the plain fields; as long
// as it defines them, the plain fields are made of those; when it no longer does, flavors and capabilities go. before is the
// specification before the update, an empty one for a new profile.
func SyncArchitectures(profile, before *gardencorev1beta1.CloudProfileSpec) {
	definitions := profile.MachineCapabilities
	if len(definitions) == 0 {
		if len(before.MachineCapabilities) > 0 {
			dropCapabilities(profile)
		}
		return
	}
	begins := len(before.MachineCapabilities) == 0 && len(architecturesOf(definitions)) > 1
	for i := range profile.MachineTypes {
		syncMachine(&profile.MachineTypes[i], definitions, begins)
	}
	for i := range profile.MachineImages {
		for j := range profile.MachineImages[i].Versions {
			syncImage(&profile.MachineImages[i].Versions[j], definitions, begins)
		}
	}
}

func syncMachine(machine *gardencorev1beta1.MachineType, definitions []gardencorev1beta1.CapabilityDefinition, begins bool) {
	if begins && len(machine.Capabilities) == 0 {
		machine.Capabilities = architecture(v1beta1constants.ArchitectureAMD64)
		if machine.Architecture != nil {
			machine.Capabilities = architecture(*machine.Architecture)
		}
	}
	all := gardencorev1beta1.GetCapabilitiesWithAppliedDefaults(machine.Capabilities, definitions)
	if values := all[v1beta1constants.ArchitectureName]; machine.Architecture == nil && len(values) == 1 {
		machine.Architecture = new(values[0])
	}
}

func syncImage(version *gardencorev1beta1.MachineImageVersion, definitions []gardencorev1beta1.CapabilityDefinition, begins bool) {
	if begins && len(version.CapabilityFlavors) == 0 && len(version.Architectures) == 0 {
		version.Architectures = []string{v1beta1constants.ArchitectureAMD64}
	}
	if begins {
		adaptImage(version, definitions)
	}
	if len(version.Architectures) == 0 {
		version.Architectures = Architectures(*version, definitions)
	}
}

func dropCapabilities(profile *gardencorev1beta1.CloudProfileSpec) {
	for i := range profile.MachineTypes {
		profile.MachineTypes[i].Capabilities = nil
	}
	for i := range profile.MachineImages {
		for j := range profile.MachineImages[i].Versions {
			profile.MachineImages[i].Versions[j].CapabilityFlavors = nil
		}
	}
}

// architecturesOf returns the architectures that capabilities of a profile define.
func architecturesOf(definitions []gardencorev1beta1.CapabilityDefinition) []string {
	for _, definition := range definitions {
		if definition.Name == v1beta1constants.ArchitectureName {
			return definition.Values
		}
	}
	return nil
}
