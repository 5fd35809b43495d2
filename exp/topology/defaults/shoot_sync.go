// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults

import (
	"strconv"

	"github.com/Masterminds/semver/v3"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func deref[T any](pointer *T) T {
	if pointer == nil {
		return *new(T)
	}
	return *pointer
}

func isConfirmed(shoot *gardencorev1beta1.Shoot) bool {
	confirmed, err := strconv.ParseBool(shoot.Annotations[v1beta1constants.ConfirmationDeletion])
	return err == nil && confirmed
}

// before says whether a version is older than 1.<minor>. One that cannot be read is not.
func before(version string, minor uint64) bool {
	parsed, err := semver.NewVersion(version)
	return err == nil && (parsed.Major() < 1 || parsed.Major() == 1 && parsed.Minor() < minor)
}

// isRead says whether a version can be read.
func isRead(version string) bool {
	_, err := semver.NewVersion(version)
	return err == nil
}

// reference refuses a new Shoot that names its profile in two fields.
func reference(shoot *gardencorev1beta1.Shoot, isNew bool) field.ErrorList {
	if !isNew || deref(shoot.Spec.CloudProfileName) == "" || shoot.Spec.CloudProfile == nil {
		return nil
	}
	return field.ErrorList{field.Forbidden(field.NewPath("spec", "cloudProfileName"), "must not be set beside spec.cloudProfile; remove it")}
}

// syncProfile keeps the two fields that name a profile the same as long as the old one is read by anybody: clients of
// clusters before 1.33 do, and from 1.34 on it is gone.
func syncProfile(shoot, last *gardencorev1beta1.Shoot) {
	spec := &shoot.Spec
	const kind = v1beta1constants.CloudProfileReferenceKindCloudProfile
	isOld := !isRead(spec.Kubernetes.Version) || before(spec.Kubernetes.Version, 34)
	if isOld && spec.CloudProfile == nil && spec.CloudProfileName != nil {
		spec.CloudProfile = &gardencorev1beta1.CloudProfileReference{Kind: kind, Name: *spec.CloudProfileName}
	}
	if spec.CloudProfile == nil {
		return
	}
	if spec.CloudProfile.Kind == "" {
		spec.CloudProfile.Kind = kind
	}
	name := deref(spec.CloudProfileName)
	switch {
	case !isOld:
		unchanged := last != nil && name == deref(last.Spec.CloudProfileName)
		if unchanged && spec.CloudProfile.Kind == kind && name == spec.CloudProfile.Name {
			spec.CloudProfileName = nil
		}
	case spec.CloudProfile.Kind != kind:
		spec.CloudProfileName = nil
	case !isRead(spec.Kubernetes.Version), before(spec.Kubernetes.Version, 33), name != "" && name != spec.CloudProfile.Name:
		spec.CloudProfileName = new(spec.CloudProfile.Name)
	}
}

// syncDNS keeps the two fields that name credentials of DNS providers the same before 1.35, where the old one is gone.
func syncDNS(shoot *gardencorev1beta1.Shoot) {
	if shoot.Spec.DNS == nil || !before(shoot.Spec.Kubernetes.Version, 35) {
		return
	}
	for i := range shoot.Spec.DNS.Providers {
		provider := &shoot.Spec.DNS.Providers[i]
		reference := provider.CredentialsRef
		switch {
		case provider.SecretName != nil && reference == nil:
			provider.CredentialsRef = &autoscalingv1.CrossVersionObjectReference{APIVersion: "v1", Kind: "Secret", Name: *provider.SecretName}
		case provider.SecretName == nil && reference != nil && reference.APIVersion == "v1" && reference.Kind == "Secret":
			provider.SecretName = new(reference.Name)
		}
	}
}
