// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// poolCheck is one comparison of a pool with a profile.
type poolCheck struct {
	profileCheck
	worker *gardencorev1beta1.Worker
	// last is the pool before the update; an empty one if it is new.
	last    *gardencorev1beta1.Worker
	newPool bool
}

func (c profileCheck) worker(worker *gardencorev1beta1.Worker, path *field.Path) field.ErrorList {
	check := poolCheck{profileCheck: c, worker: worker, last: findWorker(c.before.Provider.Workers, worker.Name)}
	if check.last == nil {
		check.last, check.newPool = &gardencorev1beta1.Worker{}, true
	}
	machine := join(check.machineType(path.Child("machine", "type")), check.image(path.Child("machine", "image")))
	if len(machine) == 0 { // Otherwise what follows would be misleading.
		machine = join(check.capabilities(path.Child("machine", "image", "version")), check.runtimes(path.Child("cri")), check.kubelet(path.Child("machine", "image")))
	}
	return join(machine, check.volume(path.Child("volume")), check.reserved(path.Child("kubernetes", "kubelet")),
		check.ownVersion(path.Child("kubernetes", "version")), check.zones(path.Child("zones")))
}

func (c poolCheck) architecture() string {
	if c.worker.Machine.Architecture == nil {
		return v1beta1constants.ArchitectureAMD64
	}
	return *c.worker.Machine.Architecture
}

func (c poolCheck) machineChanged() bool {
	return c.newPool || c.worker.Machine.Type != c.last.Machine.Type || !equal(c.worker.Machine.Architecture, c.last.Machine.Architecture)
}

func (c poolCheck) imageChanged() bool {
	return c.newPool || !equal(c.worker.Machine.Image, c.last.Machine.Image) || !equal(c.worker.Machine.Architecture, c.last.Machine.Architecture)
}

// unavailable returns the zones of the pool that lack something.
func (c poolCheck) unavailable(lacks func(gardencorev1beta1.AvailabilityZone) []string, name string) []string {
	region := c.regionOf()
	if region == nil {
		return nil
	}
	var out []string
	for _, zone := range region.Zones {
		if slices.Contains(c.worker.Zones, zone.Name) && slices.Contains(lacks(zone), name) {
			out = append(out, zone.Name)
		}
	}
	return out
}

func lacksMachineTypes(zone gardencorev1beta1.AvailabilityZone) []string {
	return zone.UnavailableMachineTypes
}

func lacksVolumeTypes(zone gardencorev1beta1.AvailabilityZone) []string {
	return zone.UnavailableVolumeTypes
}

func (c poolCheck) machineType(path *field.Path) field.ErrorList {
	if !c.machineChanged() {
		return nil
	}
	var offered []string
	for i := range c.profile.MachineTypes {
		if machine := &c.profile.MachineTypes[i]; len(c.machineProblems(machine)) == 0 {
			offered = append(offered, machine.Name)
		}
	}
	slices.Sort(offered)
	name := c.worker.Machine.Type
	chosen := versions.FindMachineType(c.profile.MachineTypes, name)
	if chosen == nil {
		return field.ErrorList{field.NotSupported(path, name, offered)}
	}
	if problems := c.machineProblems(chosen); len(problems) > 0 {
		return field.ErrorList{field.Invalid(path, name, fmt.Sprintf("%s; choose one of %s", strings.Join(problems, ", "), strings.Join(offered, ", ")))}
	}
	return nil
}

// machineProblems returns why the pool cannot have machines of a type.
func (c poolCheck) machineProblems(machine *gardencorev1beta1.MachineType) []string {
	var out []string
	if machine.Usable != nil && !*machine.Usable {
		out = append(out, "is not usable")
	}
	if zones := c.unavailable(lacksMachineTypes, machine.Name); len(zones) > 0 {
		out = append(out, "is unavailable in "+strings.Join(zones, ", "))
	}
	if own := machine.GetArchitecture(c.profile.MachineCapabilities); own != c.architecture() {
		out = append(out, fmt.Sprintf("has architecture %q and not %q", own, c.architecture()))
	}
	return out
}

// image checks a machine image that changed. A new pool has an active version; a pool that exists may go to an expired one
// that is not older than its own, which is the way through several expired versions.
func (c poolCheck) image(path *field.Path) field.ErrorList {
	image := c.worker.Machine.Image
	if image == nil || !c.imageChanged() {
		return nil
	}
	var offered []string
	for _, candidate := range c.profile.MachineImages {
		for _, version := range candidate.Versions {
			if candidate.Name == image.Name && len(c.imageProblems(version)) == 0 {
				offered = append(offered, candidate.Name+":"+version.Version)
			}
		}
	}
	chosen, exists := versions.FindImage(c.profile.MachineImages, image.Name, deref(image.Version))
	if !exists {
		return field.ErrorList{field.NotSupported(path.Child("version"), deref(image.Version), offered)}
	}
	if problems := c.imageProblems(chosen); len(problems) > 0 {
		return field.ErrorList{field.Invalid(path, image.Name+":"+deref(image.Version),
			fmt.Sprintf("%s; choose one of %s", strings.Join(problems, ", "), strings.Join(offered, ", ")))}
	}
	return nil
}

// imageProblems returns why the pool cannot have an image version.
func (c poolCheck) imageProblems(version gardencorev1beta1.MachineImageVersion) []string {
	var out []string
	if !slices.Contains(versions.Architectures(version, c.profile.MachineCapabilities), c.architecture()) {
		out = append(out, fmt.Sprintf("is not made for architecture %q", c.architecture()))
	}
	switch stage := versions.Classify(version.ExpirableVersion, c.at); {
	case stage.IsActive():
	case stage == gardencorev1beta1.ClassificationExpired && !c.newPool && !c.isOlder(version.Version):
	default:
		out = append(out, "is "+string(stage))
	}
	if inPlace(c.worker) && !c.updatable(version) {
		out = append(out, "is nothing that the pool could be updated to in place")
	}
	return out
}

func (c poolCheck) isOlder(version string) bool {
	candidate, err := semver.NewVersion(version)
	if err != nil || c.last.Machine.Image == nil {
		return true
	}
	last, err := semver.NewVersion(deref(c.last.Machine.Image.Version))
	return err != nil || candidate.LessThan(last)
}

// updatable says whether nodes can be updated in place to an image version: it supports that, and from the version they have.
func (c poolCheck) updatable(version gardencorev1beta1.MachineImageVersion) bool {
	updates := version.InPlaceUpdates
	if updates == nil || !updates.Supported {
		return false
	}
	if c.newPool {
		return true
	}
	if updates.MinVersionForUpdate == nil || c.last.Machine.Image == nil {
		return false
	}
	least, err := semver.NewVersion(*updates.MinVersionForUpdate)
	if err != nil {
		return false
	}
	last, err := semver.NewVersion(deref(c.last.Machine.Image.Version))
	return err == nil && !least.GreaterThan(last)
}

// chosenImage returns the image version of the pool, if the profile has it.
func (c poolCheck) chosenImage() (gardencorev1beta1.MachineImageVersion, bool) {
	if c.worker.Machine.Image == nil {
		return gardencorev1beta1.MachineImageVersion{}, false
	}
	return versions.FindImage(c.profile.MachineImages, c.worker.Machine.Image.Name, deref(c.worker.Machine.Image.Version))
}

func (c poolCheck) capabilities(path *field.Path) field.ErrorList {
	if !c.imageChanged() && !c.machineChanged() || len(c.profile.MachineCapabilities) == 0 {
		return nil
	}
	image, exists := c.chosenImage()
	machine := versions.FindMachineType(c.profile.MachineTypes, c.worker.Machine.Type)
	if !exists || machine == nil || versions.SupportsCapabilities(image, machine.Capabilities, c.profile.MachineCapabilities) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, image.Version,
		fmt.Sprintf("has no flavor for the capabilities of machine type %s, %v; choose another image or type", machine.Name, machine.Capabilities))}
}

func (c poolCheck) runtimes(path *field.Path) field.ErrorList {
	cri := c.worker.CRI
	if cri == nil || equal(cri, c.last.CRI) && equal(c.worker.Machine.Image, c.last.Machine.Image) {
		return nil
	}
	image, exists := c.chosenImage()
	if !exists || versions.SupportsCRI(image, *cri) {
		return nil
	}
	if !versions.SupportsCRI(image, gardencorev1beta1.CRI{Name: cri.Name}) {
		return field.ErrorList{field.Invalid(path.Child("name"), cri.Name, "is nothing that the machine image has; choose another image")}
	}
	var out field.ErrorList
	for i, runtime := range cri.ContainerRuntimes {
		alone := gardencorev1beta1.CRI{Name: cri.Name, ContainerRuntimes: []gardencorev1beta1.ContainerRuntime{runtime}}
		if !versions.SupportsCRI(image, alone) {
			out = append(out, field.Invalid(path.Child("containerRuntimes").Index(i).Child("type"), runtime.Type,
				"is nothing that the machine image has; choose another image"))
		}
	}
	return out
}

// kubelet checks that the image may run the kubelet of the pool, if one of the two changed.
func (c poolCheck) kubelet(path *field.Path) field.ErrorList {
	version := effectiveVersion(c.now, c.worker)
	if !c.imageChanged() && version == effectiveVersion(c.before, c.last) {
		return nil
	}
	image, exists := c.chosenImage()
	if !exists || versions.SupportsKubelet(image, version) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, c.worker.Machine.Image.Name+":"+image.Version,
		fmt.Sprintf("runs kubelets %s only, and the pool has %s; choose another version", *image.KubeletVersionConstraint, version))}
}

func (c poolCheck) volume(path *field.Path) field.ErrorList {
	volume, last := c.worker.Volume, deref(c.last.Volume)
	if volume == nil || volume.Type == nil {
		return nil
	}
	if !equal(volume.Type, last.Type) {
		if out := c.volumeType(*volume.Type, path.Child("type")); len(out) > 0 {
			return out
		}
	}
	if equal(volume.Type, last.Type) && volume.VolumeSize == last.VolumeSize && c.worker.Machine.Type == c.last.Machine.Type {
		return nil
	}
	size, err := resource.ParseQuantity(volume.VolumeSize)
	if err != nil {
		return nil // It is refused elsewhere.
	}
	for _, least := range c.leastSizes(*volume.Type) {
		if size.Cmp(least) < 0 {
			return field.ErrorList{field.Invalid(path.Child("size"), volume.VolumeSize, "must be at least "+least.String())}
		}
	}
	return nil
}

// leastSizes returns how small a volume of a type may be, for the machine type first.
func (c poolCheck) leastSizes(volumeType string) []resource.Quantity {
	var out []resource.Quantity
	if machine := versions.FindMachineType(c.profile.MachineTypes, c.worker.Machine.Type); machine != nil && machine.Storage != nil &&
		machine.Storage.Type == volumeType && machine.Storage.MinSize != nil {
		out = append(out, *machine.Storage.MinSize)
	}
	if volume := findVolumeType(c.profile.VolumeTypes, volumeType); volume != nil && volume.MinSize != nil {
		out = append(out, *volume.MinSize)
	}
	return out
}

func (c poolCheck) volumeType(name string, path *field.Path) field.ErrorList {
	problems := func(volume *gardencorev1beta1.VolumeType) []string {
		var out []string
		if volume.Usable != nil && !*volume.Usable {
			out = append(out, "is not usable")
		}
		if zones := c.unavailable(lacksVolumeTypes, volume.Name); len(zones) > 0 {
			out = append(out, "is unavailable in "+strings.Join(zones, ", "))
		}
		return out
	}
	var offered []string
	for i := range c.profile.VolumeTypes {
		if volume := &c.profile.VolumeTypes[i]; len(problems(volume)) == 0 {
			offered = append(offered, volume.Name)
		}
	}
	slices.Sort(offered)
	chosen := findVolumeType(c.profile.VolumeTypes, name)
	if chosen == nil {
		return field.ErrorList{field.NotSupported(path, name, offered)}
	}
	if found := problems(chosen); len(found) > 0 {
		return field.ErrorList{field.Invalid(path, name, fmt.Sprintf("%s; choose one of %s", strings.Join(found, ", "), strings.Join(offered, ", ")))}
	}
	return nil
}

// reserved checks that a kubelet leaves something of a machine for pods.
func (c poolCheck) reserved(path *field.Path) field.ErrorList {
	kubelet := effectiveKubelet(c.now, c.worker)
	machine := versions.FindMachineType(c.profile.MachineTypes, c.worker.Machine.Type)
	if kubelet == nil || kubelet.KubeReserved == nil || machine == nil ||
		!c.machineChanged() && equal(kubelet, effectiveKubelet(c.before, c.last)) {
		return nil
	}
	var out field.ErrorList
	for _, one := range []struct {
		name     string
		reserved *resource.Quantity
		capacity resource.Quantity
	}{{"cpu", kubelet.KubeReserved.CPU, machine.CPU}, {"memory", kubelet.KubeReserved.Memory, machine.Memory}} {
		if one.reserved != nil && one.reserved.Cmp(one.capacity) >= 0 {
			out = append(out, field.Invalid(path, "kubeReserved "+one.name+": "+one.reserved.String(),
				fmt.Sprintf("must be less than the %s of machine type %s, %s", one.name, machine.Name, one.capacity.String())))
		}
	}
	return out
}

func (c poolCheck) ownVersion(path *field.Path) field.ErrorList {
	if c.worker.Kubernetes == nil || c.worker.Kubernetes.Version == nil {
		return nil
	}
	return c.kubernetes(*c.worker.Kubernetes.Version, effectiveVersion(c.before, c.last), c.newPool, path)
}

// zones checks zones that changed: the region has them, each once.
func (c poolCheck) zones(path *field.Path) field.ErrorList {
	if !c.newPool && c.now.Region == c.before.Region && slices.Equal(c.worker.Zones, c.last.Zones) {
		return nil
	}
	var offered []string
	if region := c.regionOf(); region != nil {
		for _, zone := range region.Zones {
			offered = append(offered, zone.Name)
		}
	}
	var out field.ErrorList
	seen := unique[string]{}
	for i, zone := range c.worker.Zones {
		switch {
		case slices.Contains(offered, zone):
		case len(offered) == 0:
			out = append(out, field.Invalid(path.Index(i), c.now.Region, "the region has no zones; remove them"))
		default:
			out = append(out, field.NotSupported(path.Index(i), zone, offered))
		}
		if seen.seen(zone) {
			out = append(out, field.Duplicate(path.Index(i), zone))
		}
	}
	return out
}
