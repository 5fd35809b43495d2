// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions

import (
	"fmt"
	"time"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

// KubernetesUpdate returns the version that maintenance moves a cluster to, or "" if it stays. It goes to the latest patch of
// its minor version; only a cluster that must leave its version (force) goes to the next minor version, by one at a time,
// and then rather to an expired version of it than nowhere, because the next maintenance moves on from there.
func KubernetesUpdate(
	candidates []gardencorev1beta1.ExpirableVersion,
	current string,
	force bool,
	now time.Time,
) (string, error) {
	from, err := semver.NewVersion(current)
	if err != nil {
		return "", fmt.Errorf("read version %q: %w", current, err)
	}
	sameMinor := func(version *semver.Version) bool {
		return version.Major() == from.Major() && version.Minor() == from.Minor()
	}
	if patch := preferred(candidates, from, sameMinor, now); patch != "" || !force {
		return patch, nil
	}
	nextMinor := func(version *semver.Version) bool {
		return version.Major() == from.Major() && version.Minor() == from.Minor()+1
	}
	if next := latest(candidates, nextMinor, now, active...); next != "" {
		return next, nil
	}
	if next := latest(candidates, nextMinor, now, gardencorev1beta1.ClassificationExpired); next != "" {
		return next, nil
	}
	return "", fmt.Errorf("version %s has to be left, and the profile has no version of minor %d.%d that is more than a preview; add one",
		current, from.Major(), from.Minor()+1)
}

// ImageUpdate returns the version of a machine image that maintenance moves a pool to, or "" if there is none. The strategy
// of the image bounds how far it goes by itself: to the latest patch, to the latest minor of its major version, or to the
// latest version of all (major, the default), after the latest patch in every case. A pool that must leave its version
// (force) goes one step further: to the next minor that there is, or to the next major. Of that it takes what is not
// expired, and what is expired rather than nothing. Candidates are those that the pool can run.
func ImageUpdate(
	strategy gardencorev1beta1.MachineImageUpdateStrategy,
	candidates []gardencorev1beta1.ExpirableVersion,
	current string,
	force bool,
	now time.Time,
) (string, error) {
	from, err := semver.NewVersion(current)
	if err != nil {
		return "", fmt.Errorf("read version %q: %w", current, err)
	}
	sameMajor := func(version *semver.Version) bool { return version.Major() == from.Major() }
	sameMinor := func(version *semver.Version) bool { return sameMajor(version) && version.Minor() == from.Minor() }
	if patch := preferred(candidates, from, sameMinor, now); patch != "" {
		return patch, nil
	}
	switch strategy {
	case gardencorev1beta1.UpdateStrategyPatch:
		if !force {
			return "", nil
		}
		return nextStep(candidates, from, sameMajor, (*semver.Version).Minor, now), nil
	case gardencorev1beta1.UpdateStrategyMinor:
		if minor := preferred(candidates, from, sameMajor, now); minor != "" || !force {
			return minor, nil
		}
		return nextStep(candidates, from, anyVersion, (*semver.Version).Major, now), nil
	default:
		return preferred(candidates, from, anyVersion, now), nil
	}
}

func anyVersion(*semver.Version) bool { return true }

// active are the stages that an update may choose, apart from the last resort.
var active = []gardencorev1beta1.VersionClassification{
	gardencorev1beta1.ClassificationSupported, gardencorev1beta1.ClassificationDeprecated,
}

// preferred returns the latest version after another one: a supported one if there is any, else a deprecated one.
func preferred(
	candidates []gardencorev1beta1.ExpirableVersion,
	from *semver.Version,
	want func(*semver.Version) bool,
	now time.Time,
) string {
	for _, stage := range active {
		best := latest(candidates, func(version *semver.Version) bool { return want(version) && version.GreaterThan(from) }, now, stage)
		if best != "" {
			return best
		}
	}
	return ""
}

// latest returns the latest version in one of the stages.
func latest(
	candidates []gardencorev1beta1.ExpirableVersion,
	want func(*semver.Version) bool,
	now time.Time,
	stages ...gardencorev1beta1.VersionClassification,
) string {
	return highest(candidates, func(candidate gardencorev1beta1.ExpirableVersion, version *semver.Version) bool {
		if !want(version) {
			return false
		}
		for _, stage := range stages {
			if Is(candidate, stage, now) {
				return true
			}
		}
		return false
	})
}

// nextStep returns the version to go to in the next minor or major version that has more than previews.
func nextStep(
	candidates []gardencorev1beta1.ExpirableVersion,
	from *semver.Version,
	want func(*semver.Version) bool,
	part func(*semver.Version) uint64,
	now time.Time,
) string {
	usable := append([]gardencorev1beta1.VersionClassification{gardencorev1beta1.ClassificationExpired}, active...)
	var next *uint64
	for _, candidate := range candidates {
		version, err := semver.NewVersion(candidate.Version)
		if err != nil || !want(version) || part(version) <= part(from) {
			continue
		}
		step := part(version)
		if (next == nil || step < *next) && latest([]gardencorev1beta1.ExpirableVersion{candidate}, anyVersion, now, usable...) != "" {
			next = &step
		}
	}
	if next == nil {
		return ""
	}
	inStep := func(version *semver.Version) bool { return want(version) && part(version) == *next }
	if best := latest(candidates, inStep, now, active...); best != "" {
		return best
	}
	return latest(candidates, inStep, now, gardencorev1beta1.ClassificationExpired)
}
