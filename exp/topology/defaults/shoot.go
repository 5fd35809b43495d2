// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults

import (
	"fmt"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Random is where random numbers come from; math/rand/v2.Rand is one.
type Random interface {
	// IntN returns a number from 0 to one below the bound.
	IntN(bound int) int
}

// ShootInput is what the defaults of a Shoot depend on. What is not known may be left out; what depends on it then stays as
// it is.
type ShootInput struct {
	// Before is the Shoot before the update, nil for a new one.
	Before *gardencorev1beta1.Shoot
	// User is who asks.
	User string
	// Profile is the CloudProfile, merged with a NamespacedCloudProfile if the Shoot names one.
	Profile *gardencorev1beta1.CloudProfileSpec
	// Seed is where the Shoot is, once that is known.
	Seed *gardencorev1beta1.Seed
	// Project is that of the namespace.
	Project *gardencorev1beta1.Project
	// ExposureClass is the one that the Shoot names.
	ExposureClass *gardencorev1beta1.ExposureClass
	// Tolerations are given to Shoots of all projects.
	Tolerations []gardencorev1beta1.Toleration
	// Domains are the default domains, of which the first is taken.
	Domains []string
	// Now is the time by which versions are classified.
	Now time.Time
	// Random chooses maintenance windows and more that only has to be different for many.
	Random Random
}

// Shoot fills in a Shoot. It returns why that was not possible; the Shoot must not be stored then.
//
// A Shoot that is being deleted is left as it is, because its spec may not change any more.
func Shoot(shoot *gardencorev1beta1.Shoot, in ShootInput) field.ErrorList {
	confirmation(shoot, in)
	if shoot.DeletionTimestamp != nil {
		return nil
	}
	out := reference(shoot, in.Before == nil)
	if in.Before == nil {
		metav1.SetMetaDataAnnotation(&shoot.ObjectMeta, v1beta1constants.GardenCreatedBy, in.User)
	}
	window(shoot, in)
	if in.Before == nil {
		rotation(shoot)
	}
	out = append(out, kubernetesVersions(shoot, in)...)
	gardencorev1beta1.SetObjectDefaults_Shoot(shoot)
	syncProfile(shoot, in.Before)
	syncDNS(shoot)
	simplify(shoot)
	networks(shoot, in)
	out = append(out, machines(shoot, in)...)
	if in.Before == nil {
		tolerations(shoot, in)
		out = append(out, exposure(shoot, in.ExposureClass)...)
	}
	domain(shoot, in)
	// Gardener's defaults point to variables of its own, which nobody must change through the Shoot.
	*shoot = *shoot.DeepCopy()
	return out
}

// confirmation notes who confirmed that a Shoot is to be deleted, for projects in which somebody else has to delete it.
func confirmation(shoot *gardencorev1beta1.Shoot, in ShootInput) {
	const confirmedBy = v1beta1constants.DeletionConfirmedBy
	switch {
	case !isConfirmed(shoot):
		delete(shoot.Annotations, confirmedBy)
	case in.Before != nil && isConfirmed(in.Before):
		shoot.Annotations[confirmedBy] = in.Before.Annotations[confirmedBy]
	default:
		shoot.Annotations[confirmedBy] = in.User
	}
}

// window gives a new Shoot an hour of the day, so that not all are maintained at once, and keeps that of one that exists.
func window(shoot *gardencorev1beta1.Shoot, in ShootInput) {
	if shoot.Spec.Maintenance == nil {
		shoot.Spec.Maintenance = &gardencorev1beta1.Maintenance{}
	}
	maintenance := shoot.Spec.Maintenance
	if maintenance.TimeWindow != nil {
		return
	}
	if before := in.Before; before != nil && before.Spec.Maintenance != nil && before.Spec.Maintenance.TimeWindow != nil {
		maintenance.TimeWindow = before.Spec.Maintenance.TimeWindow.DeepCopy()
		return
	}
	hour := in.Random.IntN(23)
	maintenance.TimeWindow = &gardencorev1beta1.MaintenanceTimeWindow{
		Begin: fmt.Sprintf("%02d0000+0000", hour), End: fmt.Sprintf("%02d0000+0000", hour+1),
	}
}

// rotation lets the encryption key of a new Shoot be rotated.
func rotation(shoot *gardencorev1beta1.Shoot) {
	maintenance := shoot.Spec.Maintenance
	if maintenance.AutoRotation == nil {
		maintenance.AutoRotation = &gardencorev1beta1.MaintenanceAutoRotation{}
	}
	if maintenance.AutoRotation.Credentials == nil {
		maintenance.AutoRotation.Credentials = &gardencorev1beta1.MaintenanceCredentialsAutoRotation{}
	}
	if credentials := maintenance.AutoRotation.Credentials; credentials.ETCDEncryptionKey == nil {
		credentials.ETCDEncryptionKey = &gardencorev1beta1.MaintenanceRotationConfig{
			RotationPeriod: &metav1.Duration{Duration: v1beta1constants.ETCDEncryptionKeyAutoRotationPeriod},
		}
	}
}

// simplify removes fields of old that mean the same as nothing, as long as they may be set at all.
func simplify(shoot *gardencorev1beta1.Shoot) {
	spec := &shoot.Spec
	if server := spec.Kubernetes.KubeAPIServer; before(spec.Kubernetes.Version, 35) {
		if server != nil && server.EnableAnonymousAuthentication != nil && !*server.EnableAnonymousAuthentication {
			server.EnableAnonymousAuthentication = nil
		}
		if addons := spec.Addons; addons != nil && addons.NginxIngress == nil &&
			addons.KubernetesDashboard != nil && !addons.KubernetesDashboard.Enabled {
			spec.Addons = nil
		}
	}
	if autoscaler := spec.Kubernetes.ClusterAutoscaler; autoscaler != nil && autoscaler.MaxEmptyBulkDelete != nil && before(spec.Kubernetes.Version, 33) &&
		autoscaler.MaxScaleDownParallelism != nil && *autoscaler.MaxScaleDownParallelism == *autoscaler.MaxEmptyBulkDelete {
		autoscaler.MaxEmptyBulkDelete = nil
	}
}

// tolerations adds to a new Shoot the tolerations that all have, and that all of its project have, for keys that it does not
// name itself.
func tolerations(shoot *gardencorev1beta1.Shoot, in ShootInput) {
	wanted := in.Tolerations
	if in.Project != nil && in.Project.Spec.Tolerations != nil {
		wanted = append(wanted[:len(wanted):len(wanted)], in.Project.Spec.Tolerations.Defaults...)
	}
	named := map[string]bool{}
	for _, toleration := range shoot.Spec.Tolerations {
		named[toleration.Key] = true
	}
	for _, toleration := range wanted {
		if !named[toleration.Key] {
			shoot.Spec.Tolerations = append(shoot.Spec.Tolerations, toleration)
			named[toleration.Key] = true
		}
	}
}
