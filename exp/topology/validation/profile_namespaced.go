// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// NamespacedCloudProfile checks a NamespacedCloudProfile by itself, section 3.
func NamespacedCloudProfile(profile *gardencorev1beta1.NamespacedCloudProfile) field.ErrorList {
	spec := &profile.Spec
	out := join(
		apivalidation.ValidateObjectMeta(&profile.ObjectMeta, true, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata")),
		machineImages(spec.MachineImages, nil, true, specPath.Child("machineImages")),
		volumeTypes(spec.VolumeTypes, specPath.Child("volumeTypes")),
		machineTypes(spec.MachineTypes, nil, specPath.Child("machineTypes")),
		certificate(spec.CABundle, specPath.Child("caBundle")),
		limits(spec.Limits, specPath.Child("limits")),
	)
	parent := specPath.Child("parent")
	if spec.Parent.Kind != v1beta1constants.CloudProfileReferenceKindCloudProfile {
		out = append(out, field.NotSupported(parent.Child("kind"), spec.Parent.Kind, []string{v1beta1constants.CloudProfileReferenceKindCloudProfile}))
	}
	if spec.Parent.Name == "" {
		out = append(out, field.Required(parent.Child("name"), "name a CloudProfile"))
	}
	if spec.Kubernetes == nil {
		return out
	}
	path := specPath.Child("kubernetes", "versions")
	for i, version := range spec.Kubernetes.Versions {
		if version.Classification != nil {
			out = append(out, field.Forbidden(path.Index(i).Child("classification"), "is that of the parent; remove it"))
		}
	}
	return append(out, kubernetesVersions(spec.Kubernetes.Versions, path)...)
}

// NamespacedCloudProfileUpdate checks what an update of a NamespacedCloudProfile changes: its parent stays. Problems that it had
// before do not count.
func NamespacedCloudProfileUpdate(now, before *gardencorev1beta1.NamespacedCloudProfile) field.ErrorList {
	return join(
		immutable(now.Spec.Parent, before.Spec.Parent, specPath.Child("parent"), "create another NamespacedCloudProfile"),
		validation.Introduced(NamespacedCloudProfile(before), NamespacedCloudProfile(now)),
	)
}

// NamespacedCloudProfileOfParent checks a NamespacedCloudProfile against its parent: it changes only expiration dates of what
// the parent has, what it adds is complete, and both together are a profile that could be one by itself. before is nil for a
// new one.
func NamespacedCloudProfileOfParent(
	now, before *gardencorev1beta1.NamespacedCloudProfile,
	parent *gardencorev1beta1.CloudProfileSpec,
	at time.Time,
) field.ErrorList {
	if before != nil && equal(now.Spec, before.Spec) {
		return nil
	}
	check := child{now: &now.Spec, before: &gardencorev1beta1.NamespacedCloudProfileSpec{}, isNew: before == nil, parent: parent, at: at}
	if before != nil {
		check.before = &before.Spec
	}
	out := check.kubernetes()
	for i := range now.Spec.MachineImages {
		out = append(out, check.image(&now.Spec.MachineImages[i], specPath.Child("machineImages").Index(i))...)
	}
	if len(out) > 0 {
		return out // What comes of it would be misleading.
	}
	merged := versions.Merge(parent, &now.Spec)
	path := field.NewPath("status", "cloudProfileSpec")
	return join(kubernetesSettings(merged.Kubernetes, at, path.Child("kubernetes")),
		completeImages(merged.MachineImages, merged.MachineCapabilities, at, path.Child("machineImages")),
		completeTypes(merged.MachineTypes, merged.MachineCapabilities, path.Child("machineTypes")),
		volumeTypes(merged.VolumeTypes, path.Child("volumeTypes")))
}

// child is one comparison of a NamespacedCloudProfile with its parent.
type child struct {
	now, before *gardencorev1beta1.NamespacedCloudProfileSpec
	isNew       bool
	parent      *gardencorev1beta1.CloudProfileSpec
	at          time.Time
}

// kubernetes checks versions, which are those of the parent with other dates.
func (c child) kubernetes() field.ErrorList {
	var out field.ErrorList
	path := specPath.Child("kubernetes", "versions")
	for i, version := range deref(c.now.Kubernetes).Versions {
		ofParent, exists := versions.Find(c.parent.Kubernetes.Versions, version.Version)
		if !exists {
			out = append(out, field.Invalid(path.Index(i).Child("version"), version.Version, "must be a version of the parent, of which the expirationDate changes"))
			continue
		}
		last, existed := versions.Find(deref(c.before.Kubernetes).Versions, version.Version)
		if !existed {
			last = ofParent
		}
		out = append(out, c.date(version, last, path.Index(i).Child("expirationDate"))...)
	}
	return out
}

// date checks the date of what the parent has: there is one, and an update changes it to none that is over.
func (c child) date(now, last gardencorev1beta1.ExpirableVersion, path *field.Path) field.ErrorList {
	switch {
	case now.ExpirationDate == nil:
		return field.ErrorList{field.Required(path, "set it, because nothing else of a version of the parent can change")}
	case c.isNew, equal(now.ExpirationDate, last.ExpirationDate), now.ExpirationDate.After(c.at):
		return nil
	default:
		return field.ErrorList{field.Invalid(path, now.ExpirationDate.String(), "must not be in the past")}
	}
}

// image checks an image, which the parent may have.
func (c child) image(image *gardencorev1beta1.MachineImage, path *field.Path) field.ErrorList {
	if findImage(c.parent.MachineImages, image.Name) == nil {
		return c.complete(*image.DeepCopy(), path)
	}
	var out field.ErrorList
	last := findImage(c.before.MachineImages, image.Name)
	if last != nil && deref(image.UpdateStrategy) != deref(last.UpdateStrategy) {
		out = append(out, field.Forbidden(path.Child("updateStrategy"), "cannot change, because the parent has this image as well"))
	}
	for i, version := range image.Versions {
		own := path.Child("versions").Index(i)
		ofParent, exists := versions.FindImage(c.parent.MachineImages, image.Name, version.Version)
		if !exists {
			out = append(out, imageVersion(versions.Adapt(version, c.parent.MachineCapabilities), c.parent.MachineCapabilities, own)...)
			continue
		}
		before, existed := versions.FindImage(c.before.MachineImages, image.Name, version.Version)
		if !existed {
			before = ofParent
		}
		out = append(out, c.override(version, before, existed, own)...)
	}
	return out
}

// complete checks an image that the parent does not have, as if the parent had it.
func (c child) complete(image gardencorev1beta1.MachineImage, path *field.Path) field.ErrorList {
	for i := range image.Versions {
		image.Versions[i] = versions.Adapt(image.Versions[i], c.parent.MachineCapabilities)
	}
	return join(machineImage(image, c.parent.MachineCapabilities, false, path),
		completeVersions(image, c.parent.MachineCapabilities, c.at, path.Child("versions")))
}

// override checks a version of an image that the parent has: only the date changes. One that was there before the parent got it
// stays whole. last is what it was, here or else in the parent.
func (c child) override(now, last gardencorev1beta1.MachineImageVersion, existed bool, path *field.Path) field.ErrorList {
	date := c.date(now.ExpirableVersion, last.ExpirableVersion, path.Child("expirationDate"))
	if !existed {
		return join(date, forbid(path, "is that of the parent; remove it",
			setting{"classification", deref(now.Classification) != ""}, setting{"cri", len(now.CRI) > 0},
			setting{"architectures", len(now.Architectures) > 0}, setting{"capabilityFlavors", len(now.CapabilityFlavors) > 0},
			setting{"kubeletVersionConstraint", deref(now.KubeletVersionConstraint) != ""},
			setting{"inPlaceUpdates", now.InPlaceUpdates != nil}))
	}
	if now.ExpirationDate == nil {
		date = nil
	}
	now.ExpirationDate, last.ExpirationDate = nil, nil
	if !equal(now, last) {
		return append(date, field.Forbidden(path, "can change only in expirationDate, because the parent has this version as well"))
	}
	return date
}
