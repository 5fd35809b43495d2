// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

// Pool is what a pool of workers needs of a machine image version.
type Pool struct {
	// Architecture is that of its machines.
	Architecture string
	// MachineType is theirs, or nil if the profile does not have it.
	MachineType *gardencorev1beta1.MachineType
	// InPlace says that nodes are updated without being replaced.
	InPlace bool
}

// fits says whether machines of the pool can run an image version.
func (p Pool) fits(version gardencorev1beta1.MachineImageVersion, definitions []gardencorev1beta1.CapabilityDefinition) bool {
	if !slices.Contains(Architectures(version, definitions), p.Architecture) {
		return false
	}
	if p.MachineType != nil && !SupportsCapabilities(version, p.MachineType.Capabilities, definitions) {
		return false
	}
	return !p.InPlace || version.InPlaceUpdates != nil && version.InPlaceUpdates.Supported
}

// Image returns the machine image that a pool gets when a user names none, or only its name, or a short form of its
// version: the latest version of the image, supported ones before deprecated ones, that is not a preview and that machines
// of the pool can run. Without a name it is the first image of the profile that has such a version. A version that the
// image has, or that is given in full, is returned as it is.
//
// Gardener takes expired and unavailable versions into account here, and then refuses what it chose. They are left out.
func Image(
	profile *gardencorev1beta1.CloudProfileSpec,
	wanted *gardencorev1beta1.ShootMachineImage,
	pool Pool,
	now time.Time,
) (*gardencorev1beta1.ShootMachineImage, error) {
	if wanted == nil {
		wanted = &gardencorev1beta1.ShootMachineImage{}
	}
	images := profile.MachineImages
	if wanted.Name != "" {
		images = slices.DeleteFunc(slices.Clone(images), func(image gardencorev1beta1.MachineImage) bool {
			return image.Name != wanted.Name
		})
		if len(images) == 0 {
			return nil, fmt.Errorf("the profile has no machine image %q; it has %s", wanted.Name, names(profile.MachineImages))
		}
	}
	short, keep, err := shortImage(images, wanted)
	if err != nil {
		return nil, err
	}
	if keep {
		return wanted, nil
	}
	for _, image := range images {
		if best := latestImage(image, short, pool, profile.MachineCapabilities, now); best != "" {
			return &gardencorev1beta1.ShootMachineImage{Name: image.Name, Version: &best, ProviderConfig: wanted.ProviderConfig}, nil
		}
	}
	return nil, fmt.Errorf("no machine image version for architecture %q that is supported or deprecated fits; name one in full, "+
		"or choose another machine type", pool.Architecture)
}

// shortImage returns the short form of a version that a user gave, and true if the version is to be kept as it is.
func shortImage(images []gardencorev1beta1.MachineImage, wanted *gardencorev1beta1.ShootMachineImage) (prefix, bool, error) {
	if wanted.Version == nil || *wanted.Version == "" {
		return prefix{}, false, nil
	}
	// "1" and "1.2" are legal versions of images.
	if wanted.Name != "" {
		if _, exists := FindImage(images, wanted.Name, *wanted.Version); exists {
			return prefix{}, true, nil
		}
	}
	short, isShort, err := parsePrefix(strings.TrimPrefix(*wanted.Version, "v"))
	return short, !isShort, err
}

func latestImage(
	image gardencorev1beta1.MachineImage,
	short prefix,
	pool Pool,
	definitions []gardencorev1beta1.CapabilityDefinition,
	now time.Time,
) string {
	fitting := slices.DeleteFunc(slices.Clone(image.Versions), func(version gardencorev1beta1.MachineImageVersion) bool {
		return !pool.fits(version, definitions)
	})
	for _, stage := range []gardencorev1beta1.VersionClassification{
		gardencorev1beta1.ClassificationSupported, gardencorev1beta1.ClassificationDeprecated,
	} {
		best := highest(Expirable(fitting), func(candidate gardencorev1beta1.ExpirableVersion, version *semver.Version) bool {
			return short.matches(version) && Is(candidate, stage, now)
		})
		if best != "" {
			return best
		}
	}
	return ""
}

// FindImage returns the version of the image with these names.
func FindImage(images []gardencorev1beta1.MachineImage, name, version string) (gardencorev1beta1.MachineImageVersion, bool) {
	for _, image := range images {
		if image.Name != name {
			continue
		}
		for _, candidate := range image.Versions {
			if candidate.Version == version {
				return candidate, true
			}
		}
	}
	return gardencorev1beta1.MachineImageVersion{}, false
}

// FindMachineType returns the machine type of this name, or nil.
func FindMachineType(types []gardencorev1beta1.MachineType, name string) *gardencorev1beta1.MachineType {
	for i := range types {
		if types[i].Name == name {
			return &types[i]
		}
	}
	return nil
}

func names(images []gardencorev1beta1.MachineImage) string {
	out := make([]string, 0, len(images))
	for _, image := range images {
		out = append(out, image.Name)
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}
