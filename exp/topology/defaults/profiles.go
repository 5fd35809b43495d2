// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults

import (
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// CloudProfile fills in a CloudProfile. Versions of a new one that can not be used any more, or not yet, are left out, so that
// profiles can be copied from others. last is the profile before the update, or nil.
func CloudProfile(profile, last *gardencorev1beta1.CloudProfile, now time.Time) {
	gardencorev1beta1.SetObjectDefaults_CloudProfile(profile)
	earlier := gardencorev1beta1.CloudProfileSpec{}
	if last != nil {
		earlier = last.Spec
	}
	versions.SyncArchitectures(&profile.Spec, &earlier)
	if last != nil {
		return
	}
	profile.Spec.Kubernetes.Versions = slices.DeleteFunc(profile.Spec.Kubernetes.Versions, func(version gardencorev1beta1.ExpirableVersion) bool {
		return !versions.IsActive(version, now)
	})
	for i := range profile.Spec.MachineImages {
		image := &profile.Spec.MachineImages[i]
		image.Versions = slices.DeleteFunc(image.Versions, func(version gardencorev1beta1.MachineImageVersion) bool {
			return versions.Is(version.ExpirableVersion, gardencorev1beta1.ClassificationExpired, now)
		})
	}
}

// NamespacedCloudProfile fills in a NamespacedCloudProfile, and leaves out versions that can not be used unless it had them
// before. last is the profile before the update, or nil.
func NamespacedCloudProfile(profile, last *gardencorev1beta1.NamespacedCloudProfile, now time.Time) {
	gardencorev1beta1.SetObjectDefaults_NamespacedCloudProfile(profile)
	if last == nil {
		last = &gardencorev1beta1.NamespacedCloudProfile{}
	}
	for i := range profile.Spec.MachineImages {
		image := &profile.Spec.MachineImages[i]
		image.Versions = slices.DeleteFunc(image.Versions, func(version gardencorev1beta1.MachineImageVersion) bool {
			_, existed := versions.FindImage(last.Spec.MachineImages, image.Name, version.Version)
			return !existed && !versions.IsActive(version.ExpirableVersion, now)
		})
	}
	if own := profile.Spec.Kubernetes; own != nil {
		had := deref(last.Spec.Kubernetes).Versions
		own.Versions = slices.DeleteFunc(own.Versions, func(version gardencorev1beta1.ExpirableVersion) bool {
			_, existed := versions.Find(had, version.Version)
			return !existed && !versions.IsActive(version, now)
		})
	}
	profile.Spec.MachineImages = slices.DeleteFunc(profile.Spec.MachineImages, func(image gardencorev1beta1.MachineImage) bool {
		return len(image.Versions) == 0 && deref(image.UpdateStrategy) == ""
	})
}
