// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"context"
	"errors"
	"maps"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// complete fills in what a user leaves out, as Gardener does: it is stored, so that it stays what it was when the Shoot was
// made. Nothing is refused here; what cannot be completed is found by the rules, which name the field.
func (w *webhook) complete(ctx context.Context, r request.Request, now, before *gardencorev1beta1.Shoot) error {
	stamp(now, before, r)
	labelSeeds(now)
	if !now.DeletionTimestamp.IsZero() {
		return nil
	}
	syncProfileName(now)
	gardencorev1beta1.SetObjectDefaults_Shoot(now)
	if before == nil {
		rotateEncryptionKey(now)
	}
	return w.completeFromOthers(ctx, now, before)
}

// stamp notes who made a Shoot, and who confirmed that it may be deleted.
func stamp(now, before *gardencorev1beta1.Shoot, r request.Request) {
	const confirmation, confirmedBy = v1beta1constants.ConfirmationDeletion, v1beta1constants.DeletionConfirmedBy
	confirmed := now.Annotations[confirmation]
	switch {
	case before == nil:
		metav1.SetMetaDataAnnotation(&now.ObjectMeta, v1beta1constants.GardenCreatedBy, r.User.Username)
		if confirmed != "" {
			metav1.SetMetaDataAnnotation(&now.ObjectMeta, confirmedBy, r.User.Username)
		}
	case confirmed == "":
		delete(now.Annotations, confirmedBy)
	case confirmed != before.Annotations[confirmation]:
		metav1.SetMetaDataAnnotation(&now.ObjectMeta, confirmedBy, r.User.Username)
	default:
		// Nobody confirms in the name of another.
		keep(now, before, confirmedBy)
	}
	if before != nil {
		keep(now, before, v1beta1constants.GardenCreatedBy)
	}
}

// keep makes an annotation what it was.
func keep(now, before *gardencorev1beta1.Shoot, annotation string) {
	if value, had := before.Annotations[annotation]; had {
		metav1.SetMetaDataAnnotation(&now.ObjectMeta, annotation, value)
		return
	}
	delete(now.Annotations, annotation)
}

// labelSeeds lets Shoots be found by their seeds.
func labelSeeds(shoot *gardencorev1beta1.Shoot) {
	maps.DeleteFunc(shoot.Labels, func(key, _ string) bool { return strings.HasPrefix(key, v1beta1constants.LabelPrefixSeedName) })
	for _, seed := range []*string{shoot.Spec.SeedName, shoot.Status.SeedName} {
		if name := ptr.Deref(seed, ""); name != "" {
			metav1.SetMetaDataLabel(&shoot.ObjectMeta, v1beta1constants.LabelPrefixSeedName+name, "true")
		}
	}
}

// syncProfileName completes the reference to a profile. The field of old times is kept where it is the only one.
func syncProfileName(shoot *gardencorev1beta1.Shoot) {
	if reference := lookup.ProfileReference(&shoot.Spec); reference != nil {
		shoot.Spec.CloudProfile = reference.DeepCopy()
	}
}

// rotateEncryptionKey gives new Shoots a period for the key that their Secrets are encrypted with.
func rotateEncryptionKey(shoot *gardencorev1beta1.Shoot) {
	if shoot.Spec.Maintenance.AutoRotation == nil {
		shoot.Spec.Maintenance.AutoRotation = &gardencorev1beta1.MaintenanceAutoRotation{}
	}
	rotation := shoot.Spec.Maintenance.AutoRotation
	if rotation.Credentials == nil {
		rotation.Credentials = &gardencorev1beta1.MaintenanceCredentialsAutoRotation{}
	}
	if rotation.Credentials.ETCDEncryptionKey == nil {
		rotation.Credentials.ETCDEncryptionKey = &gardencorev1beta1.MaintenanceRotationConfig{
			RotationPeriod: &metav1.Duration{Duration: v1beta1constants.ETCDEncryptionKeyAutoRotationPeriod},
		}
	}
}

// completeFromOthers completes a Shoot from what it names. What does not exist is left to the rules.
func (w *webhook) completeFromOthers(ctx context.Context, now, before *gardencorev1beta1.Shoot) error {
	s := &surroundings{}
	for _, step := range []func(context.Context, *surroundings, *gardencorev1beta1.Shoot, *gardencorev1beta1.Shoot) error{
		w.lookAtProfile, w.lookAtProject, w.lookAtSeeds,
	} {
		var missing *missingError
		if err := step(ctx, s, now, before); err != nil && !errors.As(err, &missing) {
			return err
		}
	}
	class, err := named[gardencorev1beta1.ExposureClass](ctx, w.Reader, "", now.Spec.ExposureClassName, "ExposureClass")
	if ignoreMissing(err) != nil {
		return err
	}
	if s.project != nil && before == nil {
		tolerateProject(now, s.project)
	}
	if class != nil && (before == nil || !ptr.Equal(before.Spec.ExposureClassName, now.Spec.ExposureClassName)) {
		if err := expose(now, class); err != nil {
			return err
		}
	}
	if s.profile != nil {
		choose(now, before, s.profile.Spec, w.Now())
	}
	if s.seed != nil {
		network(now, s.seed)
	}
	return nil
}
