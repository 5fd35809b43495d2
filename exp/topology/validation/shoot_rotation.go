// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// rotation names credentials that are rotated in phases, as the status does.
type rotation string

const (
	rotationCertificateAuthorities rotation = "certificateAuthorities"
	rotationServiceAccountKey      rotation = "serviceAccountKey"
	rotationETCDEncryptionKey      rotation = "etcdEncryptionKey"
)

// rotationPhase returns the phase that a rotation is in, or nothing if there never was one.
func rotationPhase(credentials *gardencorev1beta1.ShootCredentials, name rotation) gardencorev1beta1.CredentialsRotationPhase {
	if credentials == nil || credentials.Rotation == nil {
		return ""
	}
	rotation := credentials.Rotation
	switch {
	case name == rotationCertificateAuthorities && rotation.CertificateAuthorities != nil:
		return rotation.CertificateAuthorities.Phase
	case name == rotationServiceAccountKey && rotation.ServiceAccountKey != nil:
		return rotation.ServiceAccountKey.Phase
	case name == rotationETCDEncryptionKey && rotation.ETCDEncryptionKey != nil:
		return rotation.ETCDEncryptionKey.Phase
	default:
		return ""
	}
}

// readyForRotation says whether a Shoot was created, so that it has something to rotate.
func readyForRotation(operation *gardencorev1beta1.LastOperation) bool {
	if operation == nil {
		return false
	}
	switch operation.Type {
	case gardencorev1beta1.LastOperationTypeReconcile:
		return true
	case gardencorev1beta1.LastOperationTypeCreate, gardencorev1beta1.LastOperationTypeRestore:
		return operation.State == gardencorev1beta1.LastOperationStateSucceeded
	default:
		return false
	}
}

// step is what an operation needs: that rotations have been completed so that it can begin, or prepared so that it can
// complete.
type step struct {
	begins, completes []rotation
	// replaces says that nodes are replaced or updated afterwards.
	replaces bool
}

var everyRotation = []rotation{rotationCertificateAuthorities, rotationServiceAccountKey, rotationETCDEncryptionKey}

var steps = map[string]step{
	v1beta1constants.OperationRotateCredentialsStart:                            {begins: everyRotation, replaces: true},
	v1beta1constants.OperationRotateCredentialsStartWithoutWorkersRollout:       {begins: everyRotation, replaces: true},
	v1beta1constants.OperationRotateCredentialsComplete:                         {completes: everyRotation},
	v1beta1constants.OperationRotateCAStart:                                     {begins: everyRotation[:1], replaces: true},
	v1beta1constants.OperationRotateCAStartWithoutWorkersRollout:                {begins: everyRotation[:1], replaces: true},
	v1beta1constants.OperationRotateCAComplete:                                  {completes: everyRotation[:1]},
	v1beta1constants.OperationRotateServiceAccountKeyStart:                      {begins: everyRotation[1:2], replaces: true},
	v1beta1constants.OperationRotateServiceAccountKeyStartWithoutWorkersRollout: {begins: everyRotation[1:2], replaces: true},
	v1beta1constants.OperationRotateServiceAccountKeyComplete:                   {completes: everyRotation[1:2]},
	v1beta1constants.OperationRotateETCDEncryptionKey:                           {begins: everyRotation[2:]},
	v1beta1constants.OperationRotateETCDEncryptionKeyStart:                      {begins: everyRotation[2:]},
	v1beta1constants.OperationRotateETCDEncryptionKeyComplete:                   {completes: everyRotation[2:]},
}

// context checks that an operation fits what is going on.
func (a asked) context(operation string) field.ErrorList {
	needs := steps[operation]
	var out field.ErrorList
	if len(needs.begins) > 0 && !readyForRotation(a.shoot.Status.LastOperation) {
		out = append(out, a.forbidden("%s needs a Shoot that has been created", operation))
	}
	for _, name := range needs.begins {
		if phase := rotationPhase(a.shoot.Status.Credentials, name); phase != "" && phase != gardencorev1beta1.RotationCompleted {
			out = append(out, a.forbidden("%s needs status.credentials.rotation.%s.phase to be Completed, and it is %s", operation, name, phase))
		}
	}
	for _, name := range needs.completes {
		// From 1.34 on, the key is rotated in one go, so that it is never only prepared when all credentials are completed.
		if name == rotationETCDEncryptionKey && len(needs.completes) > 1 && !parseVersion(a.shoot.Spec.Kubernetes.Version).before(34) {
			continue
		}
		if phase := rotationPhase(a.shoot.Status.Credentials, name); phase != gardencorev1beta1.RotationPrepared {
			out = append(out, a.forbidden("%s needs status.credentials.rotation.%s.phase to be Prepared, and it is %q", operation, name, phase))
		}
	}
	if needs.replaces {
		out = append(out, a.pendingUpdates(operation)...)
	}
	switch {
	case strings.HasPrefix(operation, v1beta1constants.OperationRotateRolloutWorkers):
		waiting := gardencorev1beta1.RotationWaitingForWorkersRollout
		if !slices.ContainsFunc(everyRotation[:2], func(name rotation) bool {
			return rotationPhase(a.shoot.Status.Credentials, name) == waiting
		}) {
			out = append(out, a.forbidden("%s needs a rotation of certificateAuthorities or serviceAccountKey whose phase is %s", operation, waiting))
		}
		out = append(out, a.pools(operation, v1beta1constants.OperationRotateRolloutWorkers, false)...)
	case strings.HasPrefix(operation, v1beta1constants.OperationRolloutWorkers):
		out = append(out, a.pools(operation, v1beta1constants.OperationRolloutWorkers, true)...)
	}
	return out
}

// pendingUpdates checks that no pool is being updated in place.
func (a asked) pendingUpdates(operation string) field.ErrorList {
	if a.shoot.Status.InPlaceUpdates == nil || a.shoot.Status.InPlaceUpdates.PendingWorkerUpdates == nil {
		return nil
	}
	pending := a.shoot.Status.InPlaceUpdates.PendingWorkerUpdates
	var out field.ErrorList
	for _, list := range [][]string{pending.AutoInPlaceUpdate, pending.ManualInPlaceUpdate} {
		if len(list) > 0 {
			out = append(out, a.forbidden("%s has to wait for pools that are being updated in place: %s", operation, strings.Join(list, ", ")))
		}
	}
	return out
}
