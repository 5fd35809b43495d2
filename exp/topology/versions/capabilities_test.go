// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

func TestSyncArchitectures(t *testing.T) {
	both := []gardencorev1beta1.CapabilityDefinition{{Name: "architecture", Values: []string{"amd64", "arm64"}}}
	one := []gardencorev1beta1.CapabilityDefinition{{Name: "architecture", Values: []string{"arm64"}}}
	capable := func(values ...string) gardencorev1beta1.Capabilities {
		return gardencorev1beta1.Capabilities{"architecture": values}
	}
	flavors := func(values ...string) (out []gardencorev1beta1.MachineImageFlavor) {
		for _, value := range values {
			out = append(out, gardencorev1beta1.MachineImageFlavor{Capabilities: capable(value)})
		}
		return out
	}
	type parts struct {
		architecture  *string
		capabilities  gardencorev1beta1.Capabilities
		architectures []string
		flavors       []gardencorev1beta1.MachineImageFlavor
	}
	for name, row := range map[string]struct {
		definitions, before []gardencorev1beta1.CapabilityDefinition
		given, want         parts
	}{
		"§3 capabilities: none, and nothing happens": {nil, nil, parts{new("arm64"), nil, []string{"arm64"}, nil}, parts{new("arm64"), nil, []string{"arm64"}, nil}},
		"§3 capabilities: begin with the architectures that there are": {both, nil, parts{new("arm64"), nil, []string{"amd64", "arm64"}, nil},
			parts{new("arm64"), capable("arm64"), []string{"amd64", "arm64"}, flavors("amd64", "arm64")}},
		"§3 capabilities: begin with the usual architecture":      {both, nil, parts{}, parts{new("amd64"), capable("amd64"), []string{"amd64"}, flavors("amd64")}},
		"§3 capabilities: one architecture needs no capabilities": {one, nil, parts{}, parts{new("arm64"), nil, []string{"arm64"}, nil}},
		"§3 capabilities: the plain fields follow":                {both, both, parts{nil, capable("arm64"), nil, flavors("arm64")}, parts{new("arm64"), capable("arm64"), []string{"arm64"}, flavors("arm64")}},
		"§3 capabilities: the plain fields that are set stay, to be refused": {both, both, parts{new("amd64"), capable("arm64"), []string{"amd64"}, flavors("arm64")},
			parts{new("amd64"), capable("arm64"), []string{"amd64"}, flavors("arm64")}},
		"§3 capabilities: end": {nil, both, parts{new("arm64"), capable("arm64"), []string{"arm64"}, flavors("arm64")}, parts{new("arm64"), nil, []string{"arm64"}, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			profile := &gardencorev1beta1.CloudProfileSpec{
				MachineCapabilities: row.definitions,
				MachineTypes:        []gardencorev1beta1.MachineType{{Name: "m", Architecture: row.given.architecture, Capabilities: row.given.capabilities}},
				MachineImages: []gardencorev1beta1.MachineImage{{Name: "i", Versions: []gardencorev1beta1.MachineImageVersion{{
					Architectures: row.given.architectures, CapabilityFlavors: row.given.flavors,
				}}}},
			}
			versions.SyncArchitectures(profile, &gardencorev1beta1.CloudProfileSpec{MachineCapabilities: row.before})
			machine, image := profile.MachineTypes[0], profile.MachineImages[0].Versions[0]
			g.Expect(parts{machine.Architecture, machine.Capabilities, image.Architectures, image.CapabilityFlavors}).To(Equal(row.want))
		})
	}
}
