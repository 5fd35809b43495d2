// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

type (
	profileSpec = gardencorev1beta1.CloudProfileSpec
	expiring    = gardencorev1beta1.ExpirableVersion
	stage       = gardencorev1beta1.LifecycleStage
)

const expired = gardencorev1beta1.ClassificationExpired

// cloudProfile is one that obeys all rules.
func cloudProfile() *gardencorev1beta1.CloudProfile {
	return &gardencorev1beta1.CloudProfile{
		ObjectMeta: metav1.ObjectMeta{Name: "aws"},
		Spec: profileSpec{
			Type:       "aws",
			Kubernetes: gardencorev1beta1.KubernetesSettings{Versions: []expiring{expirable("1.36.0", preview, 0), expirable("1.35.3", supported, 30), expirable("1.35.2", deprecated, 30)}},
			MachineImages: []gardencorev1beta1.MachineImage{{
				Name: "gardenlinux", UpdateStrategy: new(gardencorev1beta1.UpdateStrategyMajor),
				Versions: []gardencorev1beta1.MachineImageVersion{image("1312.3.0", supported, 0), image("1400.0.0", preview, 0)},
			}},
			MachineTypes: []gardencorev1beta1.MachineType{{Name: "m5.large", CPU: *quantity("2"), GPU: *quantity("0"), Memory: *quantity("8Gi"), Architecture: new("amd64")}},
			VolumeTypes:  []gardencorev1beta1.VolumeType{{Name: "gp2", Class: "standard"}},
			Regions:      []gardencorev1beta1.Region{{Name: "eu-west-1", Zones: []gardencorev1beta1.AvailabilityZone{{Name: "a"}}}},
		},
	}
}

// ofProfile changes the specification of a CloudProfile.
func ofProfile(change func(*profileSpec)) func(*gardencorev1beta1.CloudProfile) {
	return func(profile *gardencorev1beta1.CloudProfile) { change(&profile.Spec) }
}

// kubernetes makes these the versions of a CloudProfile.
func kubernetes(versions ...expiring) func(*gardencorev1beta1.CloudProfile) {
	return ofProfile(func(spec *profileSpec) { spec.Kubernetes.Versions = versions })
}

// staged is a version with stages.
func staged(version string, stages ...stage) expiring {
	return expiring{Version: version, Lifecycle: stages}
}

func checkProfile(profile *gardencorev1beta1.CloudProfile) field.ErrorList {
	return validation.CloudProfile(profile, now)
}

func TestCloudProfile(t *testing.T) {
	runOn(t, map[string]change[*gardencorev1beta1.CloudProfile]{
		"§3 valid: a profile": {func(*gardencorev1beta1.CloudProfile) {}, nil},
		"§3 name: none":       {func(profile *gardencorev1beta1.CloudProfile) { profile.Name = "" }, []string{"metadata.name: Required"}},
		"§3 type: none":       {ofProfile(func(spec *profileSpec) { spec.Type = "" }), []string{"spec.type: Required"}},
		"§3 caBundle: none":   {ofProfile(func(spec *profileSpec) { spec.CABundle = new("none") }), []string{"spec.caBundle: Invalid"}},
		"§3 seedSelector: a label that none can be": {ofProfile(func(spec *profileSpec) {
			spec.SeedSelector = &gardencorev1beta1.SeedSelector{LabelSelector: metav1.LabelSelector{MatchLabels: map[string]string{"a b": "c"}}}
		}), []string{"spec.seedSelector.matchLabels: Invalid"}},
		"§3 regions: none": {ofProfile(func(spec *profileSpec) { spec.Regions = nil }), []string{"spec.regions: Required"}},
		"§3 regions: without name, one twice, with labels that none can be": {ofProfile(func(spec *profileSpec) {
			spec.Regions = []gardencorev1beta1.Region{{}, {Name: "a"}, {Name: "a", Labels: map[string]string{"a b": "c"}}}
		}), []string{"spec.regions[0].name: Required", "spec.regions[2].name: Duplicate", "spec.regions[2].labels: Invalid"}},
		"§3 zones: without name, one twice": {ofProfile(func(spec *profileSpec) {
			spec.Regions[0].Zones = []gardencorev1beta1.AvailabilityZone{{}, {Name: "a"}, {Name: "a"}}
		}), []string{"spec.regions[0].zones[0].name: Required", "spec.regions[0].zones[2].name: Duplicate"}},
		"§3 volumeTypes: without name and class": {ofProfile(func(spec *profileSpec) { spec.VolumeTypes = []gardencorev1beta1.VolumeType{{}} }),
			[]string{"spec.volumeTypes[0].name: Required", "spec.volumeTypes[0].class: Required"}},
		"§3 volumeTypes: with a prefix, one twice, of negative size": {ofProfile(func(spec *profileSpec) {
			spec.VolumeTypes = []gardencorev1beta1.VolumeType{{Name: "a/b", Class: "c/d"}, {Name: "a", Class: "c", MinSize: quantity("-1")}, {Name: "a", Class: "c"}}
		}), []string{"spec.volumeTypes[0].name: Invalid", "spec.volumeTypes[0].class: Invalid", "spec.volumeTypes[1].minSize: Invalid", "spec.volumeTypes[2].name: Duplicate"}},
		"§16 maxNodesTotal: none":                      {ofProfile(func(spec *profileSpec) { spec.Limits = &gardencorev1beta1.Limits{} }), nil},
		"§16 maxNodesTotal: 0":                         {ofProfile(func(spec *profileSpec) { spec.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(0))} }), []string{"spec.limits.maxNodesTotal: Invalid"}},
		"§25 bastion: of nothing":                      {ofProfile(func(spec *profileSpec) { spec.Bastion = &gardencorev1beta1.Bastion{} }), []string{"spec.bastion: Invalid"}},
		"§25 bastion: of what there is":                {bastion("m5.large", "gardenlinux", "1312.3.0"), nil},
		"§25 bastion: any version":                     {bastion("m5.large", "gardenlinux", ""), nil},
		"§25 bastion: a type that there is not":        {bastion("m7.large", "", ""), []string{"spec.bastion.machineType.name: Invalid"}},
		"§25 bastion: an image that there is not":      {bastion("", "suse", ""), []string{"spec.bastion.machineImage.name: Invalid"}},
		"§25 bastion: a version that there is not":     {bastion("", "gardenlinux", "1.0.0"), []string{"spec.bastion.machineImage.version: Invalid"}},
		"§25 bastion: a version that is not supported": {bastion("", "gardenlinux", "1400.0.0"), []string{"spec.bastion.machineImage.version: Invalid"}},
		"§25 bastion: no image for the machine": {func(profile *gardencorev1beta1.CloudProfile) {
			bastion("m5.large", "gardenlinux", "")(profile)
			profile.Spec.MachineTypes[0].Architecture = new("arm64")
		}, []string{"spec.bastion.machineImage.name: Invalid"}},
	}, cloudProfile, checkProfile)
}

func bastion(machine, image, version string) func(*gardencorev1beta1.CloudProfile) {
	return ofProfile(func(spec *profileSpec) {
		spec.Bastion = &gardencorev1beta1.Bastion{}
		if machine != "" {
			spec.Bastion.MachineType = &gardencorev1beta1.BastionMachineType{Name: machine}
		}
		if image != "" {
			spec.Bastion.MachineImage = &gardencorev1beta1.BastionMachineImage{Name: image}
		}
		if version != "" {
			spec.Bastion.MachineImage.Version = &version
		}
	})
}

func TestCloudProfileVersions(t *testing.T) {
	versions, first := "spec.kubernetes.versions", "spec.kubernetes.versions[0]"
	const date = "spec.kubernetes.versions[].expirationDate: Invalid"
	from := func(classification gardencorev1beta1.VersionClassification, start int) stage {
		return stage{Classification: classification, StartTime: days(start)}
	}
	runOn(t, map[string]change[*gardencorev1beta1.CloudProfile]{
		"§3 versions: none":                                   {kubernetes(), []string{versions + ": Required"}},
		"§3 versions: short":                                  {kubernetes(expiring{Version: "1.36"}), []string{first + ": Invalid"}},
		"§3 versions: unreadable":                             {kubernetes(expiring{Version: "latest"}), []string{first + ": Invalid", versions + ": Invalid"}},
		"§3 versions: one twice":                              {kubernetes(expiring{Version: "1.36.0"}, expiring{Version: "1.36.0"}), []string{versions + "[1].version: Duplicate"}},
		"§3 newest: may not expire":                           {kubernetes(expirable("1.36.0", deprecated, 30), expirable("1.35.0", supported, 0)), []string{date}},
		"§3 newest: also as a preview":                        {kubernetes(expirable("1.36.0", preview, 30), expirable("1.35.0", supported, 0)), []string{date}},
		"§3 newest: others may expire":                        {kubernetes(expirable("1.36.0", preview, 0), expirable("1.35.0", supported, 30)), nil},
		"§3 newest: has no last stage":                        {kubernetes(staged("1.36.0", from(supported, 0), from(expired, 30))), []string{"spec.kubernetes.versions[].lifecycle: Invalid"}},
		"§3 newest: may become deprecated":                    {kubernetes(staged("1.36.0", from(supported, 0), from(deprecated, 30))), nil},
		"§3 classification: unknown":                          {kubernetes(expirable("1.36.0", "good", 0)), []string{first + ".classification: NotSupported"}},
		"§3 classification: expired":                          {kubernetes(expirable("1.36.0", expired, 0)), []string{first + ".classification: Forbidden"}},
		"§3 lifecycle: beside a classification":               {kubernetes(expiring{Version: "1.36.0", Classification: new(preview), Lifecycle: []stage{from(preview, 0)}}), []string{first + ": Forbidden"}},
		"§3 lifecycle: beside a date":                         {kubernetes(staged("1.37.0", from(preview, 0)), expiring{Version: "1.36.0", ExpirationDate: days(1), Lifecycle: []stage{from(preview, 0)}}), []string{versions + "[1]: Forbidden"}},
		"§3 lifecycle: all stages":                            {kubernetes(staged("1.37.0", from(preview, 0)), staged("1.36.0", stage{Classification: preview}, from(supported, 1), from(deprecated, 2), from(expired, 3))), nil},
		"§3 lifecycle: some stages":                           {kubernetes(staged("1.37.0", from(preview, 0)), staged("1.36.0", from(preview, 1), from(expired, 3))), nil},
		"§3 lifecycle: unknown":                               {kubernetes(staged("1.36.0", from("good", 0))), []string{first + ".lifecycle[0].classification: NotSupported"}},
		"§3 lifecycle: one stage twice":                       {kubernetes(staged("1.36.0", from(preview, 0), from(preview, 1))), []string{first + ".lifecycle[1].classification: Duplicate"}},
		"§3 lifecycle: in another order":                      {kubernetes(staged("1.36.0", from(deprecated, 0), from(supported, 1))), []string{first + ".lifecycle[1].classification: Invalid"}},
		"§3 lifecycle: two without time":                      {kubernetes(staged("1.36.0", stage{Classification: preview}, stage{Classification: supported})), []string{first + ".lifecycle[1]: Required"}},
		"§3 lifecycle: back in time":                          {kubernetes(staged("1.36.0", from(preview, 1), from(supported, 0))), []string{first + ".lifecycle[1]: Invalid"}},
		"§3 overlap: two supported patches":                   {kubernetes(expirable("1.36.1", supported, 0), expirable("1.36.0", supported, 30)), []string{first + ": Forbidden", versions + "[1]: Forbidden"}},
		"§3 overlap: of other minor versions":                 {kubernetes(expirable("1.36.0", supported, 0), expirable("1.35.0", supported, 30)), nil},
		"§3 overlap: with a deprecated one":                   {kubernetes(expirable("1.36.1", supported, 0), expirable("1.36.0", deprecated, 30)), nil},
		"§3 overlap: with one that is supported at some time": {kubernetes(staged("1.36.1", from(supported, 30)), expirable("1.36.0", supported, 0)), []string{versions + "[1]: Forbidden"}},
		"§3 overlap: stages alone are not compared":           {kubernetes(staged("1.36.1", from(supported, 0)), staged("1.36.0", from(supported, 0))), nil},
	}, cloudProfile, checkProfile)
}

func TestCloudProfileMachines(t *testing.T) {
	machine := func(change func(*gardencorev1beta1.MachineType)) func(*gardencorev1beta1.CloudProfile) {
		return ofProfile(func(spec *profileSpec) { change(&spec.MachineTypes[0]) })
	}
	path := "spec.machineTypes[0]."
	runOn(t, map[string]change[*gardencorev1beta1.CloudProfile]{
		"§3 machineTypes: none":          {ofProfile(func(spec *profileSpec) { spec.MachineTypes = nil }), []string{"spec.machineTypes: Required"}},
		"§3 machineTypes: without name":  {machine(func(machine *gardencorev1beta1.MachineType) { machine.Name = "" }), []string{path + "name: Required"}},
		"§3 machineTypes: with a prefix": {machine(func(machine *gardencorev1beta1.MachineType) { machine.Name = "a/b" }), []string{path + "name: Invalid"}},
		"§3 machineTypes: one twice":     {ofProfile(func(spec *profileSpec) { spec.MachineTypes = append(spec.MachineTypes, spec.MachineTypes[0]) }), []string{"spec.machineTypes[1].name: Duplicate"}},
		"§3 machineTypes: of less than nothing": {machine(func(machine *gardencorev1beta1.MachineType) {
			machine.CPU, machine.GPU, machine.Memory = *quantity("-1"), *quantity("-1"), *quantity("-1")
		}), []string{path + "cpu: Invalid", path + "gpu: Invalid", path + "memory: Invalid"}},
		"§3 architecture: none":    {machine(func(machine *gardencorev1beta1.MachineType) { machine.Architecture = nil }), []string{path + "architecture: Required"}},
		"§3 architecture: unknown": {machine(func(machine *gardencorev1beta1.MachineType) { machine.Architecture = new("riscv") }), []string{path + "architecture: NotSupported"}},
		"§3 storage: of a size": {machine(func(machine *gardencorev1beta1.MachineType) {
			machine.Storage = &gardencorev1beta1.MachineTypeStorage{StorageSize: quantity("1Gi")}
		}), nil},
		"§3 storage: of any size": {machine(func(machine *gardencorev1beta1.MachineType) {
			machine.Storage = &gardencorev1beta1.MachineTypeStorage{MinSize: quantity("1Gi")}
		}), nil},
		"§3 storage: of both": {machine(func(machine *gardencorev1beta1.MachineType) {
			machine.Storage = &gardencorev1beta1.MachineTypeStorage{MinSize: quantity("1Gi"), StorageSize: quantity("1Gi")}
		}), []string{path + "storage: Invalid"}},
		"§3 storage: of none": {machine(func(machine *gardencorev1beta1.MachineType) {
			machine.Storage = &gardencorev1beta1.MachineTypeStorage{}
		}), []string{path + "storage: Invalid"}},
		"§3 storage: negative": {machine(func(machine *gardencorev1beta1.MachineType) {
			machine.Storage = &gardencorev1beta1.MachineTypeStorage{MinSize: quantity("-1")}
		}), []string{path + "storage.minSize: Invalid"}},
		"§3 capabilities: that nobody defines": {machine(func(machine *gardencorev1beta1.MachineType) {
			machine.Capabilities = gardencorev1beta1.Capabilities{"a": {"b"}}
		}), []string{path + "capabilities: Forbidden"}},
	}, cloudProfile, checkProfile)
}

func TestCloudProfileImages(t *testing.T) {
	of := func(change func(*gardencorev1beta1.MachineImage)) func(*gardencorev1beta1.CloudProfile) {
		return ofProfile(func(spec *profileSpec) { change(&spec.MachineImages[0]) })
	}
	ofVersion := func(change func(*gardencorev1beta1.MachineImageVersion)) func(*gardencorev1beta1.CloudProfile) {
		return of(func(image *gardencorev1beta1.MachineImage) { change(&image.Versions[0]) })
	}
	cri := func(list ...gardencorev1beta1.CRI) func(*gardencorev1beta1.CloudProfile) {
		return ofVersion(func(version *gardencorev1beta1.MachineImageVersion) { version.CRI = list })
	}
	path, first := "spec.machineImages[0]", "spec.machineImages[0].versions[0]"
	runOn(t, map[string]change[*gardencorev1beta1.CloudProfile]{
		"§3 machineImages: none":             {ofProfile(func(spec *profileSpec) { spec.MachineImages = nil }), []string{"spec.machineImages: Required"}},
		"§3 machineImages: without name":     {of(func(image *gardencorev1beta1.MachineImage) { image.Name = "" }), []string{path + ".name: Required"}},
		"§3 machineImages: with a prefix":    {of(func(image *gardencorev1beta1.MachineImage) { image.Name = "a/b" }), []string{path + ".name: Invalid"}},
		"§3 machineImages: without versions": {of(func(image *gardencorev1beta1.MachineImage) { image.Versions = nil }), []string{path + ".versions: Required"}},
		"§3 machineImages: one twice": {ofProfile(func(spec *profileSpec) {
			spec.MachineImages = append(spec.MachineImages, gardencorev1beta1.MachineImage{Name: "gardenlinux", UpdateStrategy: new(gardencorev1beta1.UpdateStrategyMajor), Versions: []gardencorev1beta1.MachineImageVersion{image("1.0.0", supported, 0)}})
		}), []string{"spec.machineImages[1]: Duplicate"}},
		"§3 updateStrategy: none": {of(func(image *gardencorev1beta1.MachineImage) { image.UpdateStrategy = nil }), []string{path + ".updateStrategy: Required"}},
		"§3 updateStrategy: unknown": {of(func(image *gardencorev1beta1.MachineImage) {
			image.UpdateStrategy = new(gardencorev1beta1.MachineImageUpdateStrategy("never"))
		}), []string{path + ".updateStrategy: NotSupported"}},
		"§3 image version: one twice":  {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) { version.Version = "1400.0.0" }), []string{path + ".versions[1]: Duplicate"}},
		"§3 image version: short":      {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) { version.Version = "1312" }), nil},
		"§3 image version: unreadable": {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) { version.Version = "1.2.3.4" }), []string{first + ".version: Invalid"}},
		"§3 image version: its stages": {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) { version.Classification = new(expired) }), []string{first + ".classification: Forbidden"}},
		"§3 image version: may expire": {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) { version.ExpirationDate = days(1) }), nil},
		"§3 overlap: two supported images of a minor version": {of(func(image *gardencorev1beta1.MachineImage) {
			image.Versions[1].Version, image.Versions[1].Classification = "1312.4.0", new(supported)
		}), nil},
		"§3 overlap: two supported patches of an image": {of(func(image *gardencorev1beta1.MachineImage) {
			image.Versions[1].Version, image.Versions[1].Classification = "1312.3.1", new(supported)
		}), []string{first + ": Forbidden", path + ".versions[1]: Forbidden"}},
		"§3 cri: none":      {cri(), []string{first + ".cri: Required"}},
		"§3 cri: unknown":   {cri(gardencorev1beta1.CRI{Name: "docker"}), []string{first + ".cri[0].name: NotSupported"}},
		"§3 cri: one twice": {cri(gardencorev1beta1.CRI{Name: "containerd"}, gardencorev1beta1.CRI{Name: "containerd"}), []string{first + ".cri[1]: Duplicate"}},
		"§3 cri: runtimes without name, one twice": {cri(gardencorev1beta1.CRI{Name: "containerd", ContainerRuntimes: []gardencorev1beta1.ContainerRuntime{{}, {Type: "a"}, {Type: "a"}}}),
			[]string{first + ".cri[0].containerRuntimes[0].type: Invalid", first + ".cri[0].containerRuntimes[2].type: Duplicate"}},
		"§3 architectures: none": {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) { version.Architectures = nil }), []string{first + ".architectures: Required"}},
		"§3 architectures: unknown": {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) {
			version.Architectures = []string{"amd64", "riscv"}
		}), []string{first + ".architectures[1]: NotSupported"}},
		"§3 kubeletVersionConstraint: none that can be read": {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) { version.KubeletVersionConstraint = new("new") }), []string{first + ".kubeletVersionConstraint: Invalid"}},
		"§19 minVersionForUpdate: no version": {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) {
			version.InPlaceUpdates = &gardencorev1beta1.InPlaceUpdates{MinVersionForUpdate: new("new")}
		}), []string{first + ".inPlaceUpdates.minVersionForUpdate: Invalid"}},
		"§3 capabilities: flavors that nobody defines": {ofVersion(func(version *gardencorev1beta1.MachineImageVersion) {
			version.CapabilityFlavors = []gardencorev1beta1.MachineImageFlavor{{Capabilities: gardencorev1beta1.Capabilities{"a": {"b"}}}}
		}), []string{first + ".capabilityFlavors: Forbidden"}},
	}, cloudProfile, checkProfile)
}

func TestCloudProfileCapabilities(t *testing.T) {
	definition := func(name string, values ...string) gardencorev1beta1.CapabilityDefinition {
		return gardencorev1beta1.CapabilityDefinition{Name: name, Values: values}
	}
	amd64 := definition("architecture", "amd64")
	both := definition("architecture", "amd64", "arm64")
	boot := definition("boot", "secure", "plain")
	defined := func(definitions []gardencorev1beta1.CapabilityDefinition, machine gardencorev1beta1.Capabilities, flavors ...gardencorev1beta1.Capabilities) func(*gardencorev1beta1.CloudProfile) {
		return ofProfile(func(spec *profileSpec) {
			spec.MachineCapabilities = definitions
			spec.MachineTypes[0].Capabilities = machine
			for i := range spec.MachineImages[0].Versions {
				for _, flavor := range flavors {
					version := &spec.MachineImages[0].Versions[i]
					version.CapabilityFlavors = append(version.CapabilityFlavors, gardencorev1beta1.MachineImageFlavor{Capabilities: flavor})
				}
			}
			spec.MachineImages[0].Versions = spec.MachineImages[0].Versions[:1]
		})
	}
	list := func(definitions ...gardencorev1beta1.CapabilityDefinition) []gardencorev1beta1.CapabilityDefinition {
		return definitions
	}
	capable := func(pairs ...string) gardencorev1beta1.Capabilities {
		out := gardencorev1beta1.Capabilities{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i]] = append(out[pairs[i]], pairs[i+1])
		}
		return out
	}
	path, machine, flavor := "spec.machineCapabilities", "spec.machineTypes[0].", "spec.machineImages[0].versions[0].capabilityFlavors"
	runOn(t, map[string]change[*gardencorev1beta1.CloudProfile]{
		"§3 capabilities: one architecture":                    {defined(list(amd64, boot), nil), nil},
		"§3 capabilities: two architectures":                   {defined(list(both, boot), capable("architecture", "amd64"), capable("architecture", "amd64")), nil},
		"§3 capabilities: no architecture":                     {defined(list(boot), nil), []string{path + ".architecture: Required", "spec.machineImages[0].versions[0].architectures[0]: NotSupported", "spec.machineImages[0].versions[0].architectures: Invalid"}},
		"§3 capabilities: an unknown architecture":             {defined(list(definition("architecture", "amd64", "riscv")), nil, capable("architecture", "amd64")), []string{path + ".architecture: Invalid"}},
		"§3 capabilities: one twice":                           {defined(list(amd64, boot, boot), nil), []string{path + "[2].name: Duplicate"}},
		"§3 capabilities: of Gardener":                         {defined(list(amd64, definition("gardener-boot", "a")), nil), []string{path + "[1].name: Forbidden"}},
		"§3 capabilities: without name":                        {defined(list(amd64, definition("", "a")), nil), []string{path + ": Required"}},
		"§3 capabilities: without values":                      {defined(list(amd64, definition("boot")), nil), []string{path + ".boot: Required"}},
		"§3 capabilities: of empty values":                     {defined(list(amd64, definition("boot", "")), nil), []string{path + ".boot[0]: Required"}},
		"§3 capabilities: names and values with prefixes":      {defined(list(amd64, definition("a/b", "c/d")), nil), []string{path + ": Invalid", path + ".a/b[0]: Invalid"}},
		"§3 capabilities: of a machine that nobody defines":    {defined(list(amd64), capable("boot", "secure")), []string{machine + "capabilities: NotSupported"}},
		"§3 capabilities: of a machine with another value":     {defined(list(amd64, boot), capable("boot", "none")), []string{machine + "capabilities.boot[0]: NotSupported"}},
		"§3 capabilities: of a machine with two architectures": {defined(list(both), capable("architecture", "amd64", "architecture", "arm64"), capable("architecture", "amd64")), []string{machine + "capabilities.architecture: Invalid"}},
		"§3 capabilities: of a machine that says it otherwise": {defined(list(both), capable("architecture", "arm64"), capable("architecture", "amd64")), []string{machine + "architecture: Invalid"}},
		"§3 capabilities: of an image without flavors":         {defined(list(both), capable("architecture", "amd64")), []string{flavor + ": Required"}},
		"§3 capabilities: of an image without architecture": {defined(list(both, boot), capable("architecture", "amd64"), capable("boot", "secure")),
			[]string{flavor + "[0].architecture: Required", "spec.machineImages[0].versions[0].architectures: Invalid"}},
		"§3 capabilities: of an image with two architectures in one": {defined(list(both), capable("architecture", "amd64"), capable("architecture", "amd64", "architecture", "arm64")), []string{flavor + "[0].architecture: Invalid"}},
		"§3 capabilities: of an image that says it otherwise":        {defined(list(both), capable("architecture", "amd64"), capable("architecture", "arm64")), []string{"spec.machineImages[0].versions[0].architectures: Invalid"}},
		"§3 capabilities: of an image that nobody defines":           {defined(list(amd64), nil, capable("boot", "secure")), []string{flavor + "[0]: NotSupported"}},
		"§3 capabilities: of an image with another value":            {defined(list(amd64, boot), nil, capable("boot", "none")), []string{flavor + "[0].boot[0]: NotSupported"}},
	}, cloudProfile, checkProfile)
}

func TestCloudProfileUpdate(t *testing.T) {
	limit := func(most int32) func(*gardencorev1beta1.CloudProfile) {
		return ofProfile(func(spec *profileSpec) { spec.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: &most} })
	}
	begins := func(start int) expiring {
		return staged("1.36.0", stage{Classification: supported, StartTime: days(start)})
	}
	imageBegins := func(start int) func(*gardencorev1beta1.CloudProfile) {
		return ofProfile(func(spec *profileSpec) {
			spec.MachineImages[0].Versions[1].ExpirableVersion = staged("1400.0.0", stage{Classification: supported, StartTime: days(start)})
		})
	}
	runTransitions(t, map[string]transition[*gardencorev1beta1.CloudProfile]{
		"§16 maxNodesTotal: is raised":                         {limit(5), limit(6), nil},
		"§16 maxNodesTotal: is lowered":                        {limit(5), limit(4), []string{"spec.limits.maxNodesTotal: Invalid"}},
		"§16 maxNodesTotal: comes":                             {nil, limit(5), nil},
		"§16 maxNodesTotal: goes":                              {limit(5), ofProfile(func(spec *profileSpec) { spec.Limits = nil }), nil},
		"§3 lifecycle: begins later, not having begun":         {kubernetes(begins(1)), kubernetes(begins(2)), nil},
		"§3 lifecycle: begins later, having begun":             {kubernetes(begins(-1)), kubernetes(begins(2)), []string{"spec.kubernetes.versions[0]: Forbidden"}},
		"§3 lifecycle: begins sooner":                          {kubernetes(begins(1)), kubernetes(begins(-1)), nil},
		"§3 lifecycle: of an image begins later, having begun": {imageBegins(-1), imageBegins(1), []string{"spec.machineImages[0].versions[1]: Forbidden"}},
		"§3 lifecycle: a new version that has not begun": {nil, ofProfile(func(spec *profileSpec) {
			spec.Kubernetes.Versions = append(spec.Kubernetes.Versions, staged("1.37.0", stage{Classification: supported, StartTime: days(1)}))
		}), nil},
		"§3 ratchet: what was wrong before may stay": {ofProfile(func(spec *profileSpec) { spec.Type = "" }), limit(5), nil},
		"§3 versions: go":                            {nil, kubernetes(expirable("1.36.0", preview, 0)), nil},
	}, cloudProfile, func(after, before *gardencorev1beta1.CloudProfile) field.ErrorList {
		return validation.CloudProfileUpdate(after, before, now)
	})
}
