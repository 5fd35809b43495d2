// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// kubernetesVersions completes versions that are left out or short, such as 1.36, to the highest that is supported.
//
// A Shoot that exists and says nothing keeps its version. Gardener would take the highest, and refuse the update where that is
// more than a minor version away.
func kubernetesVersions(shoot *gardencorev1beta1.Shoot, in ShootInput) field.ErrorList {
	version := &shoot.Spec.Kubernetes.Version
	if in.Before != nil && *version == "" {
		*version = in.Before.Spec.Kubernetes.Version
	}
	if in.Profile == nil {
		return nil
	}
	out := resolve(version, in, field.NewPath("spec", "kubernetes", "version"))
	for i := range shoot.Spec.Provider.Workers {
		if own := shoot.Spec.Provider.Workers[i].Kubernetes; own != nil && own.Version != nil {
			out = append(out, resolve(own.Version, in, field.NewPath("spec", "provider", "workers").Index(i).Child("kubernetes", "version"))...)
		}
	}
	return out
}

func resolve(version *string, in ShootInput, path *field.Path) field.ErrorList {
	full, err := versions.Resolve(in.Profile.Kubernetes.Versions, *version, in.Now)
	if err != nil {
		return field.ErrorList{field.Invalid(path, *version, err.Error())}
	}
	*version = full
	return nil
}

// machines completes the architectures and images of pools. A pool that exists keeps its image where none is named, because
// images change in maintenance.
func machines(shoot *gardencorev1beta1.Shoot, in ShootInput) field.ErrorList {
	if in.Profile == nil {
		return nil
	}
	var out field.ErrorList
	for i := range shoot.Spec.Provider.Workers {
		worker := &shoot.Spec.Provider.Workers[i]
		machineType := versions.FindMachineType(in.Profile.MachineTypes, worker.Machine.Type)
		if worker.Machine.Architecture == nil {
			worker.Machine.Architecture = new(architecture(machineType, in.Profile))
		}
		if kept := keptImage(in.Before, worker); kept != nil {
			worker.Machine.Image = kept
			continue
		}
		image, err := versions.Image(in.Profile, worker.Machine.Image, versions.Pool{
			Architecture: *worker.Machine.Architecture, MachineType: machineType, InPlace: isInPlace(worker),
		}, in.Now)
		if err != nil {
			out = append(out, field.Invalid(field.NewPath("spec", "provider", "workers").Index(i), named(worker.Machine.Image), err.Error()))
			continue
		}
		worker.Machine.Image = image
	}
	return out
}

func named(image *gardencorev1beta1.ShootMachineImage) string {
	if image == nil {
		return ""
	}
	return image.Name + "@" + deref(image.Version)
}

// architecture is that of a machine type, where it has one alone, and else the usual one.
func architecture(machineType *gardencorev1beta1.MachineType, profile *gardencorev1beta1.CloudProfileSpec) string {
	if machineType != nil {
		if own := machineType.GetArchitecture(profile.MachineCapabilities); own != "" {
			return own
		}
	}
	return v1beta1constants.ArchitectureAMD64
}

func isInPlace(worker *gardencorev1beta1.Worker) bool {
	strategy := deref(worker.UpdateStrategy)
	return strategy == gardencorev1beta1.AutoInPlaceUpdate || strategy == gardencorev1beta1.ManualInPlaceUpdate
}

// keptImage returns the image that a pool has, if it names no other.
func keptImage(shoot *gardencorev1beta1.Shoot, worker *gardencorev1beta1.Worker) *gardencorev1beta1.ShootMachineImage {
	if shoot == nil {
		return nil
	}
	for i := range shoot.Spec.Provider.Workers {
		last := shoot.Spec.Provider.Workers[i].Machine.Image
		if shoot.Spec.Provider.Workers[i].Name != worker.Name || last == nil {
			continue
		}
		wanted := worker.Machine.Image
		if wanted == nil {
			return last.DeepCopy()
		}
		version := deref(wanted.Version)
		if wanted.Name == last.Name && (version == "" || version == deref(last.Version)) {
			kept := last.DeepCopy()
			kept.ProviderConfig = wanted.ProviderConfig
			return kept
		}
	}
	return nil
}
