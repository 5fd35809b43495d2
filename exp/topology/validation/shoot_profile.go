// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// ShootAgainstProfile checks what a Shoot takes from its CloudProfile, which is merged with a NamespacedCloudProfile if it
// names one: sections 2, 3 and 17. Only what an update changes is checked; before is nil for a new Shoot, of which
// everything is. So nobody is refused because the profile moved on.
func ShootAgainstProfile(now, before *gardencorev1beta1.Shoot, profile *gardencorev1beta1.CloudProfileSpec, at time.Time) field.ErrorList {
	if now.DeletionTimestamp != nil {
		return nil
	}
	check := profileCheck{now: &now.Spec, before: &gardencorev1beta1.ShootSpec{}, isNew: before == nil, profile: profile, at: at}
	if before != nil {
		check.before = &before.Spec
	}
	out := join(
		check.providerType(), check.region(), check.restrictions(), check.version(), check.pinning(), check.limits(),
	)
	for i := range now.Spec.Provider.Workers {
		own := specPath.Child("provider", "workers").Index(i)
		out = append(out, check.worker(&now.Spec.Provider.Workers[i], own)...)
	}
	return out
}

// profileCheck is one comparison of a Shoot with a profile.
type profileCheck struct {
	now, before *gardencorev1beta1.ShootSpec
	isNew       bool
	profile     *gardencorev1beta1.CloudProfileSpec
	at          time.Time
}

func (c profileCheck) providerType() field.ErrorList {
	if c.now.Provider.Type == c.profile.Type || !c.isNew && c.now.Provider.Type == c.before.Provider.Type {
		return nil
	}
	return field.ErrorList{field.Invalid(specPath.Child("provider", "type"), c.now.Provider.Type,
		fmt.Sprintf("must be that of the CloudProfile, %q", c.profile.Type))}
}

// regionOf returns the region of the Shoot, or nil if the profile does not have it.
func (c profileCheck) regionOf() *gardencorev1beta1.Region {
	for i := range c.profile.Regions {
		if c.profile.Regions[i].Name == c.now.Region {
			return &c.profile.Regions[i]
		}
	}
	return nil
}

func (c profileCheck) region() field.ErrorList {
	if c.now.Region == c.before.Region || c.regionOf() != nil {
		return nil
	}
	names := make([]string, 0, len(c.profile.Regions))
	for _, region := range c.profile.Regions {
		names = append(names, region.Name)
	}
	return field.ErrorList{field.NotSupported(specPath.Child("region"), c.now.Region, names)}
}

// restrictions checks that the region offers the access restrictions.
func (c profileCheck) restrictions() field.ErrorList {
	wanted := restrictionNames(c.now.AccessRestrictions)
	if slices.Equal(wanted, restrictionNames(c.before.AccessRestrictions)) {
		return nil
	}
	region := c.regionOf()
	if region == nil {
		return field.ErrorList{field.Invalid(specPath.Child("region"), c.now.Region, "is not in the CloudProfile, so that nobody knows its access restrictions")}
	}
	offered := make([]string, 0, len(region.AccessRestrictions))
	for _, restriction := range region.AccessRestrictions {
		offered = append(offered, restriction.Name)
	}
	var out field.ErrorList
	for i, restriction := range c.now.AccessRestrictions {
		out = append(out, oneOf(&restriction.Name, specPath.Child("accessRestrictions").Index(i), slices.Clone(offered)...)...)
	}
	return out
}

// restrictionNames returns the names in order, each once.
func restrictionNames(restrictions []gardencorev1beta1.AccessRestrictionWithOptions) []string {
	out := make([]string, 0, len(restrictions))
	for _, restriction := range restrictions {
		out = append(out, restriction.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c profileCheck) version() field.ErrorList {
	return c.kubernetes(c.now.Kubernetes.Version, c.before.Kubernetes.Version, c.isNew, specPath.Child("kubernetes", "version"))
}

// kubernetes checks a version that changed. Something new has an active one. Something that exists may go to an expired
// version as well, because that is the way through several expired minor versions.
func (c profileCheck) kubernetes(now, before string, isNew bool, path *field.Path) field.ErrorList {
	if now == before {
		return nil
	}
	var offered []string
	for _, version := range c.profile.Kubernetes.Versions {
		stage := versions.Classify(version, c.at)
		if stage == gardencorev1beta1.ClassificationUnavailable || isNew && !stage.IsActive() {
			continue
		}
		if version.Version == now {
			return nil
		}
		name := version.Version
		if stage == gardencorev1beta1.ClassificationPreview || stage == gardencorev1beta1.ClassificationExpired {
			name += " (" + string(stage) + ")"
		}
		offered = append(offered, name)
	}
	return field.ErrorList{field.NotSupported(path, now, offered)}
}

// pinning checks that zones of a control plane are named only where the profile allows it.
func (c profileCheck) pinning() field.ErrorList {
	if len(deref(c.now.ControlPlane).Zones) == 0 || len(deref(c.before.ControlPlane).Zones) > 0 ||
		deref(c.profile.ControlPlane).AllowZonePinning {
		return nil
	}
	return field.ErrorList{field.Forbidden(specPath.Child("controlPlane", "zones"),
		"can be set only where the CloudProfile has spec.controlPlane.allowZonePinning; remove it")}
}

// limits checks that a cluster does not begin with more nodes than the profile allows, and that no pool may grow beyond it.
// It is no bound for the sum of what pools may grow to: the cluster autoscaler keeps that.
func (c profileCheck) limits() field.ErrorList {
	most := deref(c.profile.Limits).MaxNodesTotal
	if most == nil || !c.sizesChanged() {
		return nil
	}
	path := specPath.Child("provider", "workers")
	var out field.ErrorList
	var total int64
	for i, worker := range c.now.Provider.Workers {
		total += int64(worker.Minimum)
		if worker.Maximum > *most {
			out = append(out, field.Forbidden(path.Index(i).Child("maximum"), fmt.Sprintf("must not be more than %d, the limit of the CloudProfile", *most)))
		}
	}
	if total > int64(*most) {
		out = append(out, field.Forbidden(path, fmt.Sprintf("the sum of minimum must not be more than %d, the limit of the CloudProfile", *most)))
	}
	return out
}

func (c profileCheck) sizesChanged() bool {
	return slices.ContainsFunc(c.now.Provider.Workers, func(worker gardencorev1beta1.Worker) bool {
		last := findWorker(c.before.Provider.Workers, worker.Name)
		return last == nil || last.Minimum != worker.Minimum || last.Maximum != worker.Maximum
	})
}

// ShootProfileChange checks a change from one profile to another. It has to be of the same root: the CloudProfile itself, or
// the parent of a NamespacedCloudProfile; and has to have what pools use.
func ShootProfileChange(now *gardencorev1beta1.Shoot, rootNow, rootBefore string, profile, profileBefore *gardencorev1beta1.CloudProfileSpec) field.ErrorList {
	path := specPath.Child("cloudProfile")
	if rootNow != rootBefore {
		return field.ErrorList{field.Forbidden(path, fmt.Sprintf("can change only between CloudProfile %q and NamespacedCloudProfiles of it", rootBefore))}
	}
	var out field.ErrorList
	for i, worker := range now.Spec.Provider.Workers {
		own := specPath.Child("provider", "workers").Index(i)
		if image := worker.Machine.Image; image != nil {
			_, had := versions.FindImage(profileBefore.MachineImages, image.Name, deref(image.Version))
			if _, has := versions.FindImage(profile.MachineImages, image.Name, deref(image.Version)); had && !has {
				out = append(out, field.Forbidden(path, fmt.Sprintf("does not have the machine image of %s, %s %s", own, image.Name, deref(image.Version))))
			}
		}
		if versions.FindMachineType(profile.MachineTypes, worker.Machine.Type) == nil {
			out = append(out, field.Forbidden(path, fmt.Sprintf("does not have the machine type of %s, %s", own, worker.Machine.Type)))
		}
		if worker.Volume != nil && worker.Volume.Type != nil && findVolumeType(profile.VolumeTypes, *worker.Volume.Type) == nil {
			out = append(out, field.Forbidden(path, fmt.Sprintf("does not have the volume type of %s, %s", own, *worker.Volume.Type)))
		}
	}
	return out
}

func findVolumeType(types []gardencorev1beta1.VolumeType, name string) *gardencorev1beta1.VolumeType {
	for i := range types {
		if types[i].Name == name {
			return &types[i]
		}
	}
	return nil
}
