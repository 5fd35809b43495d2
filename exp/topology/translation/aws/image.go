// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"fmt"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

var (
	profileConfigPath = field.NewPath("spec", "providerConfig")
	imagesPath        = field.NewPath("spec", "machineImages")
)

// cloudProfileConfig reads the configuration of a profile, which has to be there.
func cloudProfileConfig(spec *gardencorev1beta1.CloudProfileSpec) (*cloudProfileConfigType, field.ErrorList) {
	config, problems := decode[cloudProfileConfigType](spec.ProviderConfig, "CloudProfileConfig", profileConfigPath)
	if config == nil && len(problems) == 0 {
		problems = append(problems, field.Required(profileConfigPath, "profiles of type aws need a CloudProfileConfig that maps images to AMIs"))
	}
	return config, problems
}

// validate checks that each image of the profile has AMIs.
func (c *cloudProfileConfigType) validate(spec *gardencorev1beta1.CloudProfileSpec) field.ErrorList {
	var out field.ErrorList
	for i, image := range c.MachineImages {
		for j, version := range image.Versions {
			path := profileConfigPath.Child("machineImages").Index(i).Child("versions").Index(j)
			out = append(out, version.validate(path, len(spec.MachineCapabilities) > 0)...)
		}
	}
	for i, image := range spec.MachineImages {
		for j, version := range image.Versions {
			if c.find(image.Name, version.Version) == nil {
				out = append(out, field.Required(imagesPath.Index(i).Child("versions").Index(j),
					fmt.Sprintf("%s has no AMIs for %s %s; add them", profileConfigPath.Child("machineImages"), image.Name, version.Version)))
			}
		}
	}
	return out
}

func (v machineImageVersion) validate(path *field.Path, withCapabilities bool) field.ErrorList {
	out := validateAMIs(v.Regions, path.Child("regions"))
	switch {
	case len(v.CapabilityFlavors) > 0 && !withCapabilities:
		out = append(out, field.Forbidden(path.Child("capabilityFlavors"), "the profile has no machineCapabilities"))
	case len(v.CapabilityFlavors) == 0 && len(v.Regions) == 0:
		out = append(out, field.Required(path.Child("regions"), "name the AMI of each region"))
	}
	for i, flavor := range v.CapabilityFlavors {
		out = append(out, validateAMIs(flavor.Regions, path.Child("capabilityFlavors").Index(i).Child("regions"))...)
	}
	return out
}

func validateAMIs(regions []regionAMI, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for i, region := range regions {
		if region.Name == "" {
			out = append(out, field.Required(path.Index(i).Child("name"), "name the region"))
		}
		if region.AMI == "" {
			out = append(out, field.Required(path.Index(i).Child("ami"), "name the AMI"))
		}
		out = append(out, oneOf(region.Architecture, v1beta1constants.ValidArchitectures, path.Index(i).Child("architecture"))...)
	}
	return out
}

func (c *cloudProfileConfigType) find(name, version string) *machineImageVersion {
	for _, image := range c.MachineImages {
		if image.Name != name {
			continue
		}
		for i := range image.Versions {
			if image.Versions[i].Version == version {
				return &image.Versions[i]
			}
		}
	}
	return nil
}

// image finds the AMI of a pool: that of image, version, region, and of the architecture or all capabilities of its machine type.
func image(shoot provider.Shoot, worker *gardencorev1beta1.Worker, path *field.Path) (string, field.ErrorList) {
	config, problems := cloudProfileConfig(shoot.Profile.Spec)
	if len(problems) > 0 {
		return "", field.ErrorList{field.Invalid(path.Child("image"), shoot.Profile.Name, "the profile has no AMIs: "+problems.ToAggregate().Error())}
	}
	wanted := deref(worker.Machine.Image)
	if wanted.Name == "" || deref(wanted.Version) == "" {
		return "", field.ErrorList{field.Required(path.Child("image"), "name and version are needed; admission chooses them where a Shoot does not")}
	}
	if version := config.find(wanted.Name, *wanted.Version); version != nil {
		if ami := version.ami(shoot.Profile.Spec, shoot.Shoot.Spec.Region, worker.Machine); ami != "" {
			return ami, nil
		}
	}
	return "", field.ErrorList{field.Invalid(path.Child("image"), wanted.Name+" "+*wanted.Version,
		fmt.Sprintf("the profile has no AMI of it for machine type %s, architecture %s, in region %s",
			worker.Machine.Type, architectureOf(worker.Machine), shoot.Shoot.Spec.Region))}
}

func architectureOf(machine gardencorev1beta1.Machine) string {
	if machine.Architecture == nil {
		return v1beta1constants.ArchitectureAMD64
	}
	return *machine.Architecture
}

// ami is empty if there is none.
func (v *machineImageVersion) ami(profile *gardencorev1beta1.CloudProfileSpec, region string, machine gardencorev1beta1.Machine) string {
	for _, candidate := range v.Regions {
		if candidate.Name == region && architectureOf(gardencorev1beta1.Machine{Architecture: candidate.Architecture}) == architectureOf(machine) {
			return candidate.AMI
		}
	}
	for _, flavor := range v.CapabilityFlavors {
		if !flavor.fits(profile, machine) {
			continue
		}
		if i := slices.IndexFunc(flavor.Regions, func(r regionAMI) bool { return r.Name == region }); i >= 0 {
			return flavor.Regions[i].AMI
		}
	}
	return ""
}

// fits says whether a flavor shares a value with the machine type in each capability.
func (f machineImageFlavor) fits(profile *gardencorev1beta1.CloudProfileSpec, machine gardencorev1beta1.Machine) bool {
	wanted := gardencorev1beta1.Capabilities{}
	if found := versions.FindMachineType(profile.MachineTypes, machine.Type); found != nil {
		for name, values := range found.Capabilities {
			wanted[name] = values
		}
	}
	if machine.Architecture != nil {
		wanted[v1beta1constants.ArchitectureName] = gardencorev1beta1.CapabilityValues{*machine.Architecture}
	}
	own := gardencorev1beta1.MachineImageVersion{CapabilityFlavors: []gardencorev1beta1.MachineImageFlavor{{Capabilities: f.Capabilities}}}
	return versions.SupportsCapabilities(own, wanted, profile.MachineCapabilities)
}
