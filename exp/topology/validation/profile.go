// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// CloudProfile checks a CloudProfile by itself, section 3. at is the time by which its versions are classified.
func CloudProfile(profile *gardencorev1beta1.CloudProfile, at time.Time) field.ErrorList {
	return join(
		apivalidation.ValidateObjectMeta(&profile.ObjectMeta, false, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata")),
		profileSpec(&profile.Spec, at, specPath),
	)
}

// CloudProfileUpdate checks what an update of a CloudProfile changes: a limit is not lowered, and a version that could be used
// does not become one that cannot be used yet. Problems that the profile had before do not count.
func CloudProfileUpdate(now, before *gardencorev1beta1.CloudProfile, at time.Time) field.ErrorList {
	return join(
		limitUpdate(now.Spec.Limits, before.Spec.Limits, specPath.Child("limits", "maxNodesTotal")),
		stagesUpdate(now.Spec.Kubernetes.Versions, before.Spec.Kubernetes.Versions, at, specPath.Child("kubernetes", "versions")),
		imageStagesUpdate(now.Spec.MachineImages, before.Spec.MachineImages, at, specPath.Child("machineImages")),
		validation.Introduced(CloudProfile(before, at), CloudProfile(now, at)),
	)
}

func limitUpdate(now, before *gardencorev1beta1.Limits, path *field.Path) field.ErrorList {
	current, last := deref(now).MaxNodesTotal, deref(before).MaxNodesTotal
	if current == nil || last == nil || *current >= *last {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *current, fmt.Sprintf("cannot be lowered from %d, because clusters may have so many nodes; remove it, or set it in NamespacedCloudProfiles", *last))}
}

func stagesUpdate(now, before []gardencorev1beta1.ExpirableVersion, at time.Time, path *field.Path) field.ErrorList {
	const unavailable = gardencorev1beta1.ClassificationUnavailable
	var out field.ErrorList
	for i, version := range now {
		last, existed := versions.Find(before, version.Version)
		if existed && versions.Is(version, unavailable, at) && !versions.Is(last, unavailable, at) {
			out = append(out, field.Forbidden(path.Index(i), "cannot become unavailable again, because it could be used before; let it expire"))
		}
	}
	return out
}

func imageStagesUpdate(now, before []gardencorev1beta1.MachineImage, at time.Time, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for i, image := range now {
		last := findImage(before, image.Name)
		if last != nil {
			out = append(out, stagesUpdate(versions.Expirable(image.Versions), versions.Expirable(last.Versions), at, path.Index(i).Child("versions"))...)
		}
	}
	return out
}

func findImage(images []gardencorev1beta1.MachineImage, name string) *gardencorev1beta1.MachineImage {
	i := slices.IndexFunc(images, func(image gardencorev1beta1.MachineImage) bool { return image.Name == name })
	if i < 0 {
		return nil
	}
	return &images[i]
}

func profileSpec(spec *gardencorev1beta1.CloudProfileSpec, at time.Time, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if spec.Type == "" {
		out = append(out, field.Required(path.Child("type"), "name a type of infrastructure"))
	}
	out = join(out,
		capabilityDefinitions(spec.MachineCapabilities, path.Child("machineCapabilities")),
		offer(spec, at, path),
		volumeTypes(spec.VolumeTypes, path.Child("volumeTypes")),
		regions(spec.Regions, path.Child("regions")),
		bastion(spec, at, path.Child("bastion")),
		limits(spec.Limits, path.Child("limits")),
		certificate(spec.CABundle, path.Child("caBundle")),
	)
	if spec.SeedSelector != nil {
		out = append(out, metav1validation.ValidateLabelSelector(&spec.SeedSelector.LabelSelector,
			metav1validation.LabelSelectorValidationOptions{}, path.Child("seedSelector"))...)
	}
	return out
}

// offer checks versions, machine images and machine types, of which a profile has to have some.
func offer(spec *gardencorev1beta1.CloudProfileSpec, at time.Time, path *field.Path) field.ErrorList {
	out := kubernetesSettings(spec.Kubernetes, at, path.Child("kubernetes"))
	imagesPath, typesPath := path.Child("machineImages"), path.Child("machineTypes")
	if len(spec.MachineImages) == 0 {
		out = append(out, field.Required(imagesPath, "offer at least one machine image"))
	}
	if len(spec.MachineTypes) == 0 {
		out = append(out, field.Required(typesPath, "offer at least one machine type"))
	}
	return join(out, completeImages(spec.MachineImages, spec.MachineCapabilities, at, imagesPath),
		completeTypes(spec.MachineTypes, spec.MachineCapabilities, typesPath))
}

func limits(limits *gardencorev1beta1.Limits, path *field.Path) field.ErrorList {
	if most := deref(limits).MaxNodesTotal; most != nil && *most <= 0 {
		return field.ErrorList{field.Invalid(path.Child("maxNodesTotal"), *most, "must be greater than 0")}
	}
	return nil
}

// regions checks that regions, and zones of each, have names that are there once.
func regions(regions []gardencorev1beta1.Region, path *field.Path) field.ErrorList {
	if len(regions) == 0 {
		return field.ErrorList{field.Required(path, "offer at least one region")}
	}
	var out field.ErrorList
	names := unique[string]{}
	for i, region := range regions {
		own := path.Index(i)
		out = append(out, place(region.Name, names, own.Child("name"))...)
		zones := unique[string]{}
		for j, zone := range region.Zones {
			out = append(out, place(zone.Name, zones, own.Child("zones").Index(j).Child("name"))...)
		}
		out = append(out, metav1validation.ValidateLabels(region.Labels, own.Child("labels"))...)
	}
	return out
}

func place(name string, names unique[string], path *field.Path) field.ErrorList {
	switch {
	case name == "":
		return field.ErrorList{field.Required(path, "give it a name")}
	case names.seen(name):
		return field.ErrorList{field.Duplicate(path, name)}
	default:
		return nil
	}
}

func volumeTypes(types []gardencorev1beta1.VolumeType, path *field.Path) field.ErrorList {
	var out field.ErrorList
	names := unique[string]{}
	for i, volume := range types {
		own := path.Index(i)
		out = append(out, requireName(volume.Name, own.Child("name"))...)
		if names.seen(volume.Name) {
			out = append(out, field.Duplicate(own.Child("name"), volume.Name))
			continue
		}
		out = append(out, requireName(volume.Class, own.Child("class"))...)
		out = append(out, optionalQuantity("minSize", volume.MinSize, own.Child("minSize"))...)
	}
	return out
}

// bastion checks that the profile offers what bastions are made of.
func bastion(spec *gardencorev1beta1.CloudProfileSpec, at time.Time, path *field.Path) field.ErrorList {
	if spec.Bastion == nil {
		return nil
	}
	if spec.Bastion.MachineType == nil && spec.Bastion.MachineImage == nil {
		return field.ErrorList{field.Invalid(path, spec.Bastion, "must name a machine type or a machine image; remove it if it should not")}
	}
	var out field.ErrorList
	architecture := ""
	if wanted := spec.Bastion.MachineType; wanted != nil {
		if machine := versions.FindMachineType(spec.MachineTypes, wanted.Name); machine != nil {
			architecture = machine.GetArchitecture(spec.MachineCapabilities)
		} else {
			out = append(out, field.Invalid(path.Child("machineType", "name"), wanted.Name, "must be one of spec.machineTypes"))
		}
	}
	if spec.Bastion.MachineImage != nil {
		out = append(out, bastionImage(spec, architecture, at, path.Child("machineImage"))...)
	}
	return out
}

// bastionImage checks that there is a supported version of the image of bastions, for the architecture if that is known.
func bastionImage(spec *gardencorev1beta1.CloudProfileSpec, architecture string, at time.Time, path *field.Path) field.ErrorList {
	wanted := spec.Bastion.MachineImage
	own := path.Child("name")
	image := findImage(spec.MachineImages, wanted.Name)
	if image == nil {
		return field.ErrorList{field.Invalid(own, wanted.Name, "must be one of spec.machineImages")}
	}
	candidates := image.Versions
	if wanted.Version != nil {
		own = path.Child("version")
		version, exists := versions.FindImage(spec.MachineImages, wanted.Name, *wanted.Version)
		if !exists {
			return field.ErrorList{field.Invalid(own, *wanted.Version, "must be a version of the image in spec.machineImages")}
		}
		candidates = []gardencorev1beta1.MachineImageVersion{version}
	}
	if slices.ContainsFunc(candidates, func(version gardencorev1beta1.MachineImageVersion) bool {
		return version.Classification != nil && versions.Is(version.ExpirableVersion, gardencorev1beta1.ClassificationSupported, at) &&
			(architecture == "" || slices.Contains(versions.Architectures(version, spec.MachineCapabilities), architecture))
	}) {
		return nil
	}
	return field.ErrorList{field.Invalid(own, wanted.Name, fmt.Sprintf("must have a version of classification supported for architecture %q", architecture))}
}
