// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/runtime"
)

// TestAMIsByCapabilities is about profiles with machineCapabilities: the first flavor that shares a value with the machine type
// in each capability gives the AMI.
func TestAMIsByCapabilities(t *testing.T) {
	config := `{"apiVersion": "` + configVersion + `", "kind": "CloudProfileConfig", "machineImages": [{"name": "gardenlinux", "versions": [{"version": "1.0.0",
		"capabilityFlavors": [
			{"capabilities": {"architecture": ["amd64"], "boot": ["uefi"]}, "regions": [{"name": "eu-central-1", "ami": "ami-uefi"}]},
			{"capabilities": {"architecture": ["amd64"], "boot": ["bios"]}, "regions": [{"name": "eu-central-1", "ami": "ami-bios"}]},
			{"capabilities": {"architecture": ["arm64"]}, "regions": [{"name": "eu-central-1", "ami": "ami-arm"}]}]}]}]}`
	spec := &gardencorev1beta1.CloudProfileSpec{
		MachineCapabilities: []gardencorev1beta1.CapabilityDefinition{
			{Name: "architecture", Values: []string{"amd64", "arm64"}}, {Name: "boot", Values: []string{"bios", "uefi"}},
		},
		MachineTypes: []gardencorev1beta1.MachineType{
			{Name: "old", Capabilities: gardencorev1beta1.Capabilities{"architecture": {"amd64"}, "boot": {"bios"}}},
			{Name: "new", Capabilities: gardencorev1beta1.Capabilities{"architecture": {"amd64"}}},
			{Name: "arm", Capabilities: gardencorev1beta1.Capabilities{"architecture": {"arm64"}}},
		},
		ProviderConfig: &runtime.RawExtension{Raw: []byte(config)},
	}
	parsed, problems := cloudProfileConfig(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	cases := map[string]struct{ machine, region, want string }{
		"a machine that boots the old way": {"old", "eu-central-1", "ami-bios"},
		"a machine that boots either way":  {"new", "eu-central-1", "ami-uefi"},
		"a machine of ARM":                 {"arm", "eu-central-1", "ami-arm"},
		"another region":                   {"arm", "us-east-1", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ami := parsed.find("gardenlinux", "1.0.0").ami(spec, c.region, gardencorev1beta1.Machine{Type: c.machine})
			NewWithT(t).Expect(ami).To(Equal(c.want))
		})
	}
}
