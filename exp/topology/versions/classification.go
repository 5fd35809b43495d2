// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package versions

import (
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

// Classify returns the stage of its life that a version is in.
//
// With a lifecycle it is the last stage that has begun, a stage without a start having begun ever since; before the first
// one the version is unavailable. Without a lifecycle it is expired after its expiration date, and otherwise what its
// classification says, supported if it says nothing.
func Classify(version gardencorev1beta1.ExpirableVersion, now time.Time) gardencorev1beta1.VersionClassification {
	if len(version.Lifecycle) == 0 {
		switch {
		case version.ExpirationDate != nil && version.ExpirationDate.Time.Before(now):
			return gardencorev1beta1.ClassificationExpired
		case version.Classification != nil:
			return *version.Classification
		default:
			return gardencorev1beta1.ClassificationSupported
		}
	}
	current := gardencorev1beta1.ClassificationUnavailable
	for _, stage := range version.Lifecycle {
		if stage.StartTime == nil || !stage.StartTime.Time.After(now) {
			current = stage.Classification
		}
	}
	return current
}

// Is says whether a version is in a stage.
func Is(version gardencorev1beta1.ExpirableVersion, stage gardencorev1beta1.VersionClassification, now time.Time) bool {
	return Classify(version, now) == stage
}

// IsActive says whether something new may use a version: it is neither expired nor unavailable.
func IsActive(version gardencorev1beta1.ExpirableVersion, now time.Time) bool {
	return Classify(version, now).IsActive()
}

// order is the order in which stages follow each other; versions may skip stages.
var order = map[gardencorev1beta1.VersionClassification]int{
	gardencorev1beta1.ClassificationUnavailable: 0,
	gardencorev1beta1.ClassificationPreview:     1,
	gardencorev1beta1.ClassificationSupported:   2,
	gardencorev1beta1.ClassificationDeprecated:  3,
	gardencorev1beta1.ClassificationExpired:     4,
}

// Before says whether one stage comes before another one in the life of a version.
func Before(stage, other gardencorev1beta1.VersionClassification) bool {
	return order[stage] < order[other]
}

// Status returns the stage of every version of a profile, for the status of the CloudProfile.
func Status(profile *gardencorev1beta1.CloudProfileSpec, now time.Time) gardencorev1beta1.CloudProfileStatus {
	out := gardencorev1beta1.CloudProfileStatus{
		Kubernetes: &gardencorev1beta1.KubernetesStatus{Versions: stages(profile.Kubernetes.Versions, now)},
	}
	for _, image := range profile.MachineImages {
		out.MachineImages = append(out.MachineImages, gardencorev1beta1.MachineImageStatus{
			Name:     image.Name,
			Versions: stages(Expirable(image.Versions), now),
		})
	}
	return out
}

func stages(all []gardencorev1beta1.ExpirableVersion, now time.Time) []gardencorev1beta1.ExpirableVersionStatus {
	out := make([]gardencorev1beta1.ExpirableVersionStatus, 0, len(all))
	for _, version := range all {
		out = append(out, gardencorev1beta1.ExpirableVersionStatus{Version: version.Version, Classification: Classify(version, now)})
	}
	return out
}

// NextChange returns when a version of a profile enters another stage the next time, and false if none ever does.
func NextChange(profile *gardencorev1beta1.CloudProfileSpec, now time.Time) (time.Time, bool) {
	all := profile.Kubernetes.Versions
	for _, image := range profile.MachineImages {
		all = append(all[:len(all):len(all)], Expirable(image.Versions)...)
	}
	var next time.Time
	for _, version := range all {
		for _, moment := range moments(version) {
			if moment.After(now) && (next.IsZero() || moment.Before(next)) {
				next = moment
			}
		}
	}
	return next, !next.IsZero()
}

// moments returns when a version enters a stage.
func moments(version gardencorev1beta1.ExpirableVersion) []time.Time {
	var out []time.Time
	if len(version.Lifecycle) == 0 && version.ExpirationDate != nil {
		out = append(out, version.ExpirationDate.Time)
	}
	for _, stage := range version.Lifecycle {
		if stage.StartTime != nil {
			out = append(out, stage.StartTime.Time)
		}
	}
	return out
}

// Expirable returns what machine image versions have in common with Kubernetes versions.
func Expirable(images []gardencorev1beta1.MachineImageVersion) []gardencorev1beta1.ExpirableVersion {
	out := make([]gardencorev1beta1.ExpirableVersion, 0, len(images))
	for _, image := range images {
		out = append(out, image.ExpirableVersion)
	}
	return out
}
