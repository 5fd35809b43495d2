// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

const (
	supported  = gardencorev1beta1.ClassificationSupported
	preview    = gardencorev1beta1.ClassificationPreview
	deprecated = gardencorev1beta1.ClassificationDeprecated
)

// expirable is a version of a classification that expires so many days from now; 0 is never.
func expirable(version string, stage gardencorev1beta1.VersionClassification, expires int) gardencorev1beta1.ExpirableVersion {
	out := gardencorev1beta1.ExpirableVersion{Version: version, Classification: &stage}
	if expires != 0 {
		out.ExpirationDate = days(expires)
	}
	return out
}

func image(version string, stage gardencorev1beta1.VersionClassification, expires int, architectures ...string) gardencorev1beta1.MachineImageVersion {
	if architectures == nil {
		architectures = []string{"amd64"}
	}
	return gardencorev1beta1.MachineImageVersion{
		ExpirableVersion: expirable(version, stage, expires), Architectures: architectures,
		CRI: []gardencorev1beta1.CRI{{Name: "containerd", ContainerRuntimes: []gardencorev1beta1.ContainerRuntime{{Type: "gvisor"}}}},
	}
}

// profile is what the valid Shoot can choose from, and more.
func profile(changes ...func(*gardencorev1beta1.CloudProfileSpec)) *gardencorev1beta1.CloudProfileSpec {
	machine := func(name, architecture string) gardencorev1beta1.MachineType {
		return gardencorev1beta1.MachineType{Name: name, CPU: *quantity("2"), GPU: *quantity("0"), Memory: *quantity("8Gi"), Usable: new(true), Architecture: &architecture}
	}
	later := expirable("1.37.0", supported, 0)
	later.Classification, later.Lifecycle = nil, []gardencorev1beta1.LifecycleStage{{Classification: supported, StartTime: days(1)}}
	constrained := image("1500.0.0", supported, 0)
	constrained.KubeletVersionConstraint = new("< 1.34")
	out := &gardencorev1beta1.CloudProfileSpec{
		Type: "aws",
		Kubernetes: gardencorev1beta1.KubernetesSettings{Versions: []gardencorev1beta1.ExpirableVersion{
			expirable("1.36.0", preview, 0), expirable("1.35.3", supported, 0), expirable("1.35.2", deprecated, 30),
			expirable("1.34.1", deprecated, -1), expirable("1.33.4", deprecated, -100), later,
		}},
		MachineImages: []gardencorev1beta1.MachineImage{
			{Name: "gardenlinux", Versions: []gardencorev1beta1.MachineImageVersion{
				constrained, image("1400.0.0", preview, 0), image("1312.3.0", supported, 0), image("1312.2.0", deprecated, -1), image("1313.0.0", deprecated, -1), image("1200.0.0", supported, 0, "arm64"),
			}},
			{Name: "suse", Versions: []gardencorev1beta1.MachineImageVersion{image("15.7.1", supported, 0)}},
		},
		MachineTypes: []gardencorev1beta1.MachineType{machine("m5.large", "amd64"), machine("m5.xlarge", "amd64"), machine("m6g.large", "arm64"), machine("old", "amd64")},
		VolumeTypes:  []gardencorev1beta1.VolumeType{{Name: "gp2", Class: "standard", Usable: new(true), MinSize: quantity("20Gi")}, {Name: "io1", Class: "premium", Usable: new(true)}, {Name: "old", Class: "standard", Usable: new(false)}},
		Regions: []gardencorev1beta1.Region{{Name: "eu-west-1", Zones: []gardencorev1beta1.AvailabilityZone{
			{Name: "a"}, {Name: "b", UnavailableMachineTypes: []string{"m5.xlarge"}, UnavailableVolumeTypes: []string{"io1"}}, {Name: "c"},
		}, AccessRestrictions: []gardencorev1beta1.AccessRestriction{{Name: "eu-access-only"}}}, {Name: "empty"}},
	}
	out.MachineTypes[3].Usable = new(false)
	for _, change := range changes {
		change(out)
	}
	return out
}

// choice is a new Shoot, or with before one that changes, and what is wrong with what it takes from the profile.
type choice struct {
	before, change func(*gardencorev1beta1.Shoot)
	profile        func(*gardencorev1beta1.CloudProfileSpec)
	want           []string
}

func runChoices(t *testing.T, rows map[string]choice) {
	t.Helper()
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			offered := profile()
			if row.profile != nil {
				row.profile(offered)
			}
			if row.before == nil {
				expect(t, validation.ShootAgainstProfile(shoot(row.change), nil, offered, now), row.want)
				return
			}
			before := shoot(row.before)
			after := before.DeepCopy()
			row.change(after)
			expect(t, validation.ShootAgainstProfile(after, before, offered, now), row.want)
		})
	}
}

func same(*gardencorev1beta1.Shoot) {}

func TestShootVersionsOfProfile(t *testing.T) {
	own := func(name string) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) {
			worker.Kubernetes = &gardencorev1beta1.WorkerKubernetes{Version: &name}
		})
	}
	unsupported := []string{"spec.kubernetes.version: NotSupported"}
	poolPath := workerPath + ".kubernetes.version"
	runChoices(t, map[string]choice{
		"§3 create: a deprecated version":                    {nil, version("1.35.2"), nil, nil},
		"§3 create: a supported version":                     {nil, version("1.35.3"), nil, nil},
		"§3 create: a preview version":                       {nil, version("1.36.0"), nil, nil},
		"§3 create: an expired version":                      {nil, version("1.34.1"), nil, unsupported},
		"§3 create: one that has not begun":                  {nil, version("1.37.0"), nil, unsupported},
		"§3 create: one that is not there":                   {nil, version("1.35.9"), nil, unsupported},
		"§3 update: stays on an expired version":             {version("1.34.1"), annotate("a", "b"), nil, nil},
		"§3 update: stays on one that is gone":               {version("1.31.1"), annotate("a", "b"), nil, nil},
		"§3 update: to an expired version":                   {version("1.33.4"), version("1.34.1"), nil, nil},
		"§3 update: to one that has not begun":               {version("1.36.0"), version("1.37.0"), nil, unsupported},
		"§3 update: to one that is not there":                {version("1.34.1"), version("1.35.9"), nil, unsupported},
		"§17 version: of a new pool that is expired":         {nil, own("1.34.1"), nil, []string{poolPath + ": NotSupported"}},
		"§17 version: of a pool that stays expired":          {own("1.34.1"), same, nil, nil},
		"§17 version: of a pool that gets to an expired one": {own("1.33.4"), own("1.34.1"), nil, nil},
	})
}

func TestShootPlaceOfProfile(t *testing.T) {
	restrict := func(name string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.AccessRestrictions = []gardencorev1beta1.AccessRestrictionWithOptions{{AccessRestriction: gardencorev1beta1.AccessRestriction{Name: name}}}
		}
	}
	region := func(name string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Region = name }
	}
	zones := func(zones ...string) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) { worker.Zones = zones })
	}
	pinned := func(shoot *gardencorev1beta1.Shoot) {
		shoot.Spec.ControlPlane = &gardencorev1beta1.ControlPlane{Zones: []string{"a"}}
	}
	size := func(minimum, maximum int32) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) { worker.Minimum, worker.Maximum = minimum, maximum })
	}
	limited := func(profile *gardencorev1beta1.CloudProfileSpec) {
		profile.Limits = &gardencorev1beta1.Limits{MaxNodesTotal: new(int32(5))}
	}
	runChoices(t, map[string]choice{
		"§2 provider.type: of another profile":        {nil, func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Type = "gcp" }, nil, []string{"spec.provider.type: Invalid"}},
		"§3 region: one that there is not":            {nil, region("mars"), nil, []string{"spec.region: NotSupported", workerPath + ".zones[0]: Invalid"}},
		"§3 region: one that is gone":                 {region("mars"), annotate("a", "b"), nil, nil},
		"§3 zones: of the region":                     {nil, zones("a", "c"), nil, nil},
		"§3 zones: of no region":                      {nil, zones("a", "d"), nil, []string{workerPath + ".zones[1]: NotSupported"}},
		"§3 zones: one twice":                         {nil, zones("a", "a"), nil, []string{workerPath + ".zones[1]: Duplicate"}},
		"§3 zones: of a region without":               {nil, region("empty"), nil, []string{workerPath + ".zones[0]: Invalid"}},
		"§3 zones: those that are gone stay":          {zones("d"), same, nil, nil},
		"§3 zones: those that are gone with new ones": {zones("d"), zones("d", "a"), nil, []string{workerPath + ".zones[0]: NotSupported"}},
		"§3 accessRestrictions: of the region":        {nil, restrict("eu-access-only"), nil, nil},
		"§3 accessRestrictions: of no region":         {nil, restrict("moon-only"), nil, []string{"spec.accessRestrictions[0]: NotSupported"}},
		"§3 accessRestrictions: those from before":    {restrict("moon-only"), annotate("a", "b"), nil, nil},
		"§5 zones: pinned where that is allowed": {nil, pinned, func(profile *gardencorev1beta1.CloudProfileSpec) {
			profile.ControlPlane = &gardencorev1beta1.CloudProfileControlPlane{AllowZonePinning: true}
		}, nil},
		"§5 zones: pinned elsewhere":      {nil, pinned, nil, []string{"spec.controlPlane.zones: Forbidden"}},
		"§5 zones: pinned before":         {pinned, annotate("a", "b"), nil, nil},
		"§16 maxNodesTotal: as many":      {nil, size(5, 5), limited, nil},
		"§16 maxNodesTotal: each maximum": {nil, size(1, 6), limited, []string{workerPath + ".maximum: Forbidden"}},
		"§16 maxNodesTotal: the sum of minimum": {nil, all(size(3, 5), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, pool("two", func(worker *gardencorev1beta1.Worker) { worker.Minimum = 3 }))
		}), limited, []string{"spec.provider.workers: Forbidden"}},
		"§16 maxNodesTotal: the sum of maximum is no bound": {nil, all(size(1, 5), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, pool("two"))
		}), limited, nil},
		"§16 maxNodesTotal: sizes from before": {size(6, 6), annotate("a", "b"), limited, nil},
	})
}

func TestShootMachinesOfProfile(t *testing.T) {
	machine := func(name, architecture string) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) {
			worker.Machine.Type, worker.Machine.Architecture = name, &architecture
		})
	}
	imaged := func(name, version string) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) {
			worker.Machine.Image = &gardencorev1beta1.ShootMachineImage{Name: name, Version: &version}
		})
	}
	runtime := func(name string) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) {
			worker.CRI.ContainerRuntimes = []gardencorev1beta1.ContainerRuntime{{Type: name}}
		})
	}
	zone := first(func(worker *gardencorev1beta1.Worker) { worker.Zones = []string{"b"} })
	add := func(changes ...func(*gardencorev1beta1.Worker)) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, pool("two", changes...))
		}
	}
	machinePath, imagePath := workerPath+".machine.type", workerPath+".machine.image"
	runChoices(t, map[string]choice{
		"§3 machine type: one that there is not":                   {nil, machine("m7.large", "amd64"), nil, []string{machinePath + ": NotSupported"}},
		"§3 machine type: one that is not usable":                  {nil, machine("old", "amd64"), nil, []string{machinePath + ": Invalid"}},
		"§3 machine type: one that is not usable any more":         {machine("old", "amd64"), annotate("a", "b"), nil, nil},
		"§3 machine type: unavailable in a zone":                   {nil, all(zone, machine("m5.xlarge", "amd64")), nil, []string{machinePath + ": Invalid"}},
		"§3 machine type: of another architecture":                 {nil, machine("m6g.large", "amd64"), nil, []string{machinePath + ": Invalid"}},
		"§3 machine type: of an architecture that the image lacks": {nil, machine("m6g.large", "arm64"), nil, []string{imagePath + ": Invalid"}},
		"§3 machine type: of an architecture that the image has":   {nil, all(machine("m6g.large", "arm64"), imaged("gardenlinux", "1200.0.0")), nil, nil},
		"§3 image: a preview version":                              {nil, imaged("gardenlinux", "1400.0.0"), nil, nil},
		"§3 image: an expired version":                             {nil, imaged("gardenlinux", "1312.2.0"), nil, []string{imagePath + ": Invalid"}},
		"§3 image: one that there is not":                          {nil, imaged("flatcar", "1.0.0"), nil, []string{imagePath + ".version: NotSupported"}},
		"§3 image: stays on an expired version":                    {imaged("gardenlinux", "1312.2.0"), annotate("a", "b"), nil, nil},
		"§3 image: stays on one that is gone":                      {imaged("gardenlinux", "1.0.0"), annotate("a", "b"), nil, nil},
		"§3 image: to a newer expired version":                     {imaged("gardenlinux", "1312.2.0"), imaged("gardenlinux", "1313.0.0"), nil, nil},
		"§3 image: to an older expired version":                    {imaged("gardenlinux", "1312.3.0"), imaged("gardenlinux", "1312.2.0"), nil, []string{imagePath + ": Invalid"}},
		"§3 image: an older one is legal":                          {imaged("gardenlinux", "1400.0.0"), imaged("gardenlinux", "1312.3.0"), nil, nil},
		"§3 image: an expired one for a new pool":                  {same, add(func(worker *gardencorev1beta1.Worker) { worker.Machine.Image.Version = new("1313.0.0") }), nil, []string{"spec.provider.workers[1].machine.image: Invalid"}},
		"§3 image: not for this kubelet":                           {nil, imaged("gardenlinux", "1500.0.0"), nil, []string{imagePath + ": Invalid"}},
		"§3 image: for this kubelet": {nil, all(imaged("gardenlinux", "1500.0.0"), first(func(worker *gardencorev1beta1.Worker) {
			worker.Kubernetes = &gardencorev1beta1.WorkerKubernetes{Version: new("1.33.4")}
		})),
			func(profile *gardencorev1beta1.CloudProfileSpec) { profile.Kubernetes.Versions[4].ExpirationDate = nil }, nil},
		"§3 image: not for the kubelet after an update": {all(version("1.33.4"), imaged("gardenlinux", "1500.0.0")), version("1.34.1"), nil, []string{imagePath + ": Invalid"}},
		"§3 cri: a runtime that the image has":          {nil, runtime("gvisor"), nil, nil},
		"§3 cri: a runtime that it lacks":               {nil, runtime("kata"), nil, []string{workerPath + ".cri.containerRuntimes[0].type: Invalid"}},
		"§3 cri: a runtime from before":                 {runtime("kata"), annotate("a", "b"), nil, nil},
		"§3 cri: none of it":                            {nil, same, func(profile *gardencorev1beta1.CloudProfileSpec) { profile.MachineImages[0].Versions[2].CRI = nil }, []string{workerPath + ".cri.name: Invalid"}},
		"§19 in place: an image that supports it": {inPlace, imaged("gardenlinux", "1400.0.0"), func(profile *gardencorev1beta1.CloudProfileSpec) {
			profile.MachineImages[0].Versions[1].InPlaceUpdates = &gardencorev1beta1.InPlaceUpdates{Supported: true, MinVersionForUpdate: new("1312.0.0")}
		}, nil},
		"§19 in place: an image that supports it from later versions": {inPlace, imaged("gardenlinux", "1400.0.0"), func(profile *gardencorev1beta1.CloudProfileSpec) {
			profile.MachineImages[0].Versions[1].InPlaceUpdates = &gardencorev1beta1.InPlaceUpdates{Supported: true, MinVersionForUpdate: new("1350.0.0")}
		}, []string{imagePath + ": Invalid"}},
		"§19 in place: an image that does not": {inPlace, imaged("gardenlinux", "1400.0.0"), nil, []string{imagePath + ": Invalid"}},
		"§17 kubeReserved: all of a machine": {nil, func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Kubernetes.Kubelet = &gardencorev1beta1.KubeletConfig{KubeReserved: &gardencorev1beta1.KubeletConfigReserved{CPU: quantity("2"), Memory: quantity("8Gi")}}
		}, nil, []string{workerPath + ".kubernetes.kubelet: Invalid", workerPath + ".kubernetes.kubelet: Invalid"}},
		"§3 capabilities: of the machine that the image lacks": {nil, same, func(profile *gardencorev1beta1.CloudProfileSpec) {
			profile.MachineCapabilities = []gardencorev1beta1.CapabilityDefinition{{Name: "architecture", Values: []string{"amd64"}}, {Name: "boot", Values: []string{"secure", "plain"}}}
			profile.MachineTypes = profile.MachineTypes[:1]
			profile.MachineTypes[0].Capabilities = gardencorev1beta1.Capabilities{"architecture": {"amd64"}, "boot": {"secure"}}
			profile.MachineImages[0].Versions = profile.MachineImages[0].Versions[2:3]
			profile.MachineImages[0].Versions[0].CapabilityFlavors = []gardencorev1beta1.MachineImageFlavor{{Capabilities: gardencorev1beta1.Capabilities{"architecture": {"amd64"}, "boot": {"plain"}}}}
		}, []string{imagePath + ".version: Invalid"}},
		"§3 deleted: nothing is checked": {nil, all(machine("m7.large", "amd64"), func(shoot *gardencorev1beta1.Shoot) { shoot.DeletionTimestamp = new(metav1.Now()) }), nil, nil},
	})
}

func TestShootVolumesOfProfile(t *testing.T) {
	volume := func(name, size string) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) {
			worker.Volume = &gardencorev1beta1.Volume{Type: &name, VolumeSize: size}
		})
	}
	zone := first(func(worker *gardencorev1beta1.Worker) { worker.Zones = []string{"b"} })
	stored := func(profile *gardencorev1beta1.CloudProfileSpec) {
		profile.MachineTypes[0].Storage = &gardencorev1beta1.MachineTypeStorage{Class: "standard", Type: "gp2", MinSize: quantity("60Gi")}
	}
	path := workerPath + ".volume."
	runChoices(t, map[string]choice{
		"§3 volume type: one that there is not":   {nil, volume("gp9", "50Gi"), nil, []string{path + "type: NotSupported"}},
		"§3 volume type: one that is not usable":  {nil, volume("old", "50Gi"), nil, []string{path + "type: Invalid"}},
		"§3 volume type: not usable any more":     {volume("old", "50Gi"), annotate("a", "b"), nil, nil},
		"§3 volume type: unavailable in a zone":   {nil, all(zone, volume("io1", "50Gi")), nil, []string{path + "type: Invalid"}},
		"§3 minSize: of the volume type":          {nil, volume("gp2", "19Gi"), nil, []string{path + "size: Invalid"}},
		"§3 minSize: of the machine type":         {nil, volume("gp2", "59Gi"), stored, []string{path + "size: Invalid"}},
		"§3 minSize: of the machine type, enough": {nil, volume("gp2", "60Gi"), stored, nil},
		"§3 minSize: smaller from before":         {volume("gp2", "19Gi"), annotate("a", "b"), nil, nil},
		"§3 minSize: none of a type without":      {nil, volume("io1", "1Gi"), nil, nil},
	})
}

func TestShootProfileChange(t *testing.T) {
	without := func(change func(*gardencorev1beta1.CloudProfileSpec)) *gardencorev1beta1.CloudProfileSpec {
		return profile(change)
	}
	for name, row := range map[string]struct {
		root    string
		profile *gardencorev1beta1.CloudProfileSpec
		want    []string
	}{
		"§2 cloudProfile: to a child":                {"aws", profile(), nil},
		"§2 cloudProfile: to another root":           {"gcp", profile(), []string{"spec.cloudProfile: Forbidden"}},
		"§2 cloudProfile: without its machine types": {"aws", without(func(profile *gardencorev1beta1.CloudProfileSpec) { profile.MachineTypes = nil }), []string{"spec.cloudProfile: Forbidden"}},
		"§2 cloudProfile: without its images":        {"aws", without(func(profile *gardencorev1beta1.CloudProfileSpec) { profile.MachineImages = nil }), []string{"spec.cloudProfile: Forbidden"}},
		"§2 cloudProfile: without its volume types":  {"aws", without(func(profile *gardencorev1beta1.CloudProfileSpec) { profile.VolumeTypes = nil }), []string{"spec.cloudProfile: Forbidden"}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, validation.ShootProfileChange(shoot(), row.root, "aws", row.profile, profile()), row.want)
		})
	}
}
