// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// CloudProfileInUse checks that an update of a CloudProfile takes nothing away that is used: by the NamespacedCloudProfiles of it,
// and by the Shoots of it and of those. It gets all Shoots and NamespacedCloudProfiles, and picks those of this profile.
func CloudProfileInUse(
	now, before *gardencorev1beta1.CloudProfile,
	children []*gardencorev1beta1.NamespacedCloudProfile,
	shoots []*gardencorev1beta1.Shoot,
) field.ErrorList {
	own := sets.New[string]()
	var out field.ErrorList
	capabilities := removedCapabilities(now.Spec.MachineCapabilities, before.Spec.MachineCapabilities)
	mine := slices.DeleteFunc(slices.Clone(children), func(child *gardencorev1beta1.NamespacedCloudProfile) bool {
		return child.DeletionTimestamp != nil || child.Spec.Parent.Kind != v1beta1constants.CloudProfileReferenceKindCloudProfile || child.Spec.Parent.Name != now.Name
	})
	if onlyArchitectures(mine) {
		capabilities = nil // They can be said without capabilities as well.
	}
	for _, child := range mine {
		own.Insert(child.Namespace + "/" + child.Name)
		out = append(out, usedByChild(&now.Spec, &before.Spec, child, capabilities)...)
	}
	for _, shoot := range shoots {
		reference := profileOf(shoot)
		isDirect := reference.Kind == v1beta1constants.CloudProfileReferenceKindCloudProfile && reference.Name == now.Name
		isIndirect := reference.Kind == v1beta1constants.CloudProfileReferenceKindNamespacedCloudProfile && own.Has(shoot.Namespace+"/"+reference.Name)
		if shoot.DeletionTimestamp != nil || !isDirect && !isIndirect {
			continue
		}
		out = append(out, usedByShoot(shoot, &now.Spec, &before.Spec)...)
		if !equal(now.Spec.Limits, before.Spec.Limits) {
			out = append(out, exceeds(shoot, now.Spec.Limits)...)
		}
	}
	return out
}

// profileOf returns the profile that a Shoot names, in either field.
func profileOf(shoot *gardencorev1beta1.Shoot) gardencorev1beta1.CloudProfileReference {
	reference := deref(shoot.Spec.CloudProfile)
	if shoot.Spec.CloudProfile == nil {
		reference.Name = deref(shoot.Spec.CloudProfileName)
	}
	if reference.Kind == "" {
		reference.Kind = v1beta1constants.CloudProfileReferenceKindCloudProfile
	}
	return reference
}

var (
	versionsPath = specPath.Child("kubernetes", "versions")
	imagesPath   = specPath.Child("machineImages")
)

func usedBy(path *field.Path, what, kind, namespace, name string) *field.Error {
	return field.Forbidden(path, fmt.Sprintf("%s cannot be removed, because %s %s/%s uses it; let it expire instead", what, kind, namespace, name))
}

// usedByShoot checks the Kubernetes versions and images of a Shoot.
func usedByShoot(shoot *gardencorev1beta1.Shoot, now, before *gardencorev1beta1.CloudProfileSpec) field.ErrorList {
	var out field.ErrorList
	gone := sets.New[string]()
	check := func(version string) {
		_, had := versions.Find(before.Kubernetes.Versions, version)
		if _, has := versions.Find(now.Kubernetes.Versions, version); had && !has && !gone.Has(version) {
			gone.Insert(version)
			out = append(out, usedBy(versionsPath, "version "+version, "Shoot", shoot.Namespace, shoot.Name))
		}
	}
	check(shoot.Spec.Kubernetes.Version)
	for i := range shoot.Spec.Provider.Workers {
		worker := &shoot.Spec.Provider.Workers[i]
		check(effectiveVersion(&shoot.Spec, worker))
		image := deref(worker.Machine.Image)
		_, had := versions.FindImage(before.MachineImages, image.Name, deref(image.Version))
		if _, has := versions.FindImage(now.MachineImages, image.Name, deref(image.Version)); had && !has {
			out = append(out, usedBy(imagesPath, fmt.Sprintf("%s %s of pool %s", image.Name, deref(image.Version), worker.Name), "Shoot", shoot.Namespace, shoot.Name))
		}
	}
	return out
}

// exceeds checks that a Shoot does not have more nodes already than a limit would allow.
func exceeds(shoot *gardencorev1beta1.Shoot, limits *gardencorev1beta1.Limits) field.ErrorList {
	most := deref(limits).MaxNodesTotal
	var total int64
	for _, worker := range shoot.Spec.Provider.Workers {
		total += int64(worker.Minimum)
	}
	if most == nil || total <= int64(*most) {
		return nil
	}
	return field.ErrorList{field.Forbidden(specPath.Child("limits", "maxNodesTotal"),
		fmt.Sprintf("Shoot %s/%s has at least %d nodes, and the limit would be %d; raise it", shoot.Namespace, shoot.Name, total, *most))}
}

// usedByChild checks what a NamespacedCloudProfile refers to, and that an image does not come that it has defined itself.
func usedByChild(
	now, before *gardencorev1beta1.CloudProfileSpec,
	child *gardencorev1beta1.NamespacedCloudProfile,
	capabilities map[string]sets.Set[string],
) field.ErrorList {
	const kind = "NamespacedCloudProfile"
	var out field.ErrorList
	for _, version := range deref(child.Spec.Kubernetes).Versions {
		_, had := versions.Find(before.Kubernetes.Versions, version.Version)
		if _, has := versions.Find(now.Kubernetes.Versions, version.Version); had && !has {
			out = append(out, usedBy(versionsPath, "version "+version.Version, kind, child.Namespace, child.Name))
		}
	}
	used := map[string]sets.Set[string]{}
	for _, image := range child.Spec.MachineImages {
		had, has := findImage(before.MachineImages, image.Name), findImage(now.MachineImages, image.Name)
		switch {
		case had != nil && has == nil:
			out = append(out, usedBy(imagesPath, image.Name, kind, child.Namespace, child.Name))
		case had == nil && has != nil:
			out = append(out, field.Forbidden(imagesPath, fmt.Sprintf("%s cannot be added, because %s %s/%s has an image of this name", image.Name, kind, child.Namespace, child.Name)))
		}
		for _, version := range image.Versions {
			_, had := versions.FindImage(before.MachineImages, image.Name, version.Version)
			if _, has := versions.FindImage(now.MachineImages, image.Name, version.Version); had && !has {
				out = append(out, usedBy(imagesPath, image.Name+" "+version.Version, kind, child.Namespace, child.Name))
			}
			for _, flavor := range version.CapabilityFlavors {
				collect(flavor.Capabilities, capabilities, used)
			}
		}
	}
	for _, machine := range child.Spec.MachineTypes {
		collect(machine.Capabilities, capabilities, used)
	}
	for _, name := range sorted(used) {
		out = append(out, usedBy(specPath.Child("machineCapabilities"), fmt.Sprintf("%s %v", name, sets.List(used[name])), kind, child.Namespace, child.Name))
	}
	return out
}

// collect notes the values of capabilities that are used and removed.
func collect(given gardencorev1beta1.Capabilities, removed, used map[string]sets.Set[string]) {
	for name, values := range given {
		for _, value := range values {
			if !removed[name].Has(value) {
				continue
			}
			if used[name] == nil {
				used[name] = sets.New[string]()
			}
			used[name].Insert(value)
		}
	}
}

func removedCapabilities(now, before []gardencorev1beta1.CapabilityDefinition) map[string]sets.Set[string] {
	out := map[string]sets.Set[string]{}
	for _, last := range before {
		left := sets.New[string](last.Values...)
		for _, definition := range now {
			if definition.Name == last.Name {
				left = left.Delete(definition.Values...)
			}
		}
		if left.Len() > 0 {
			out[last.Name] = left
		}
	}
	return out
}

// onlyArchitectures says whether no profile uses another capability than the architecture.
func onlyArchitectures(profiles []*gardencorev1beta1.NamespacedCloudProfile) bool {
	isOther := func(given gardencorev1beta1.Capabilities) bool {
		for name := range given {
			if name != v1beta1constants.ArchitectureName {
				return true
			}
		}
		return false
	}
	for _, profile := range profiles {
		for _, machine := range profile.Spec.MachineTypes {
			if isOther(machine.Capabilities) {
				return false
			}
		}
		for _, image := range profile.Spec.MachineImages {
			for _, version := range image.Versions {
				if slices.ContainsFunc(version.CapabilityFlavors, func(flavor gardencorev1beta1.MachineImageFlavor) bool { return isOther(flavor.Capabilities) }) {
					return false
				}
			}
		}
	}
	return true
}

// NamespacedCloudProfileInUse checks that an update of a NamespacedCloudProfile takes nothing away that its Shoots need: versions
// that the parent does not have, or has only expired, and limits. It gets the Shoots of the namespace.
func NamespacedCloudProfileInUse(
	now, before *gardencorev1beta1.NamespacedCloudProfile,
	parent *gardencorev1beta1.CloudProfileSpec,
	shoots []*gardencorev1beta1.Shoot,
	at time.Time,
) field.ErrorList {
	merged, last := versions.Merge(parent, &now.Spec), versions.Merge(parent, &before.Spec)
	// What the parent has without help counts as gone only if it has expired there.
	dropExpired(&merged, &now.Spec, &before.Spec, at)
	var out field.ErrorList
	for _, shoot := range shoots {
		reference := profileOf(shoot)
		if shoot.DeletionTimestamp != nil || shoot.Namespace != now.Namespace || reference.Name != now.Name ||
			reference.Kind != v1beta1constants.CloudProfileReferenceKindNamespacedCloudProfile {
			continue
		}
		out = append(out, usedByShoot(shoot, &merged, &last)...)
		if !equal(now.Spec.Limits, before.Spec.Limits) {
			out = append(out, exceeds(shoot, now.Spec.Limits)...)
		}
	}
	return out
}

// dropExpired removes versions from a merged profile that have expired and that the child says nothing of any more.
func dropExpired(merged *gardencorev1beta1.CloudProfileSpec, now, before *gardencorev1beta1.NamespacedCloudProfileSpec, at time.Time) {
	const expired = gardencorev1beta1.ClassificationExpired
	merged.Kubernetes.Versions = slices.DeleteFunc(merged.Kubernetes.Versions, func(version gardencorev1beta1.ExpirableVersion) bool {
		_, had := versions.Find(deref(before.Kubernetes).Versions, version.Version)
		_, has := versions.Find(deref(now.Kubernetes).Versions, version.Version)
		return had && !has && versions.Is(version, expired, at)
	})
	for i := range merged.MachineImages {
		image := &merged.MachineImages[i]
		image.Versions = slices.DeleteFunc(image.Versions, func(version gardencorev1beta1.MachineImageVersion) bool {
			_, had := versions.FindImage(before.MachineImages, image.Name, version.Version)
			_, has := versions.FindImage(now.MachineImages, image.Name, version.Version)
			return had && !has && versions.Is(version.ExpirableVersion, expired, at)
		})
	}
}
