// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/cluster-api/util/annotations"
	"sigs.k8s.io/cluster-api/util/conditions"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/seeds"
)

// reconcileSeed connects to the seed and prepares it. While the seed is out of reach the control plane runs on
// unattended.
func (r *Reconciler) reconcileSeed(ctx context.Context, s *scope) (phaseResult, error) {
	if err := r.connect(ctx, s); err != nil {
		if s.seedProblem(err) {
			return stop(), nil // The connection calls again; Secrets are watched.
		}
		return phaseResult{}, err
	}
	if err := s.seed.Prepare(ctx); err != nil {
		s.seedRefused(err)
		return phaseResult{}, err
	}
	if err := s.seed.EnsureNamespace(ctx, s.seedNamespace(), s.user.Cluster); err != nil {
		var notOwned *seeds.NamespaceNotOwnedError
		if errors.As(err, &notOwned) {
			s.isFalse(controlplanev1.SeedReachableCondition, controlplanev1.SeedNamespaceNotOwnedReason, notOwned.Error())
			return stopFor(namespacePeriod), nil // A namespace that is not ours is not watched.
		}
		s.seedRefused(err)
		return phaseResult{}, fmt.Errorf("ensure the namespace in the seed: %w", err)
	}
	annotations.AddAnnotations(s.controlPlane, map[string]string{controlplanev1.SeedAnnotation: s.seed.ID})
	s.isTrue(controlplanev1.SeedReachableCondition, controlplanev1.SeedReachableReason)
	s.input.Seed.PodSecurity = s.seed.PodSecurity
	return next(), nil
}

func (r *Reconciler) connect(ctx context.Context, s *scope) error {
	seed, err := r.Seeds.Get(ctx, s.controlPlane.Spec.Seed, s.user)
	if err != nil {
		return err
	}
	if was := s.controlPlane.Annotations[controlplanev1.SeedAnnotation]; was != "" && was != seed.ID {
		return &seeds.AnotherSeedError{Is: seed.ID, Was: was}
	}
	s.seed = seed
	return nil
}

// seedRefused reports that a seed answers, but does not let itself be prepared, or that it ceased to answer.
func (s *scope) seedRefused(err error) {
	reason := controlplanev1.SeedPrerequisiteMissingReason
	if apierrors.ReasonForError(err) == metav1.StatusReasonUnknown && !meta.IsNoMatchError(err) {
		reason = controlplanev1.SeedUnreachableReason
	}
	s.isFalse(controlplanev1.SeedReachableCondition, reason, err.Error())
}

// seedProblem reports what a user or operator of the seed can mend; other errors are retried.
func (s *scope) seedProblem(err error) bool {
	var kubeconfig *seeds.KubeconfigError
	var unreachable *seeds.UnreachableError
	var lacking *seeds.PrerequisiteError
	var another *seeds.AnotherSeedError
	switch {
	case errors.Is(err, seeds.ErrConnecting):
		if conditions.IsTrue(s.controlPlane, controlplanev1.SeedReachableCondition) {
			break // The manager has just started, which says nothing about the seed.
		}
		s.isUnknown(controlplanev1.SeedReachableCondition, controlplanev1.SeedConnectingReason, "Connecting to the seed")
	case errors.As(err, &kubeconfig):
		s.isFalse(controlplanev1.SeedReachableCondition, controlplanev1.SeedKubeconfigInvalidReason, kubeconfig.Error())
	case errors.As(err, &unreachable):
		s.isFalse(controlplanev1.SeedReachableCondition, controlplanev1.SeedUnreachableReason, unreachable.Error())
	case errors.As(err, &lacking):
		s.isFalse(controlplanev1.SeedReachableCondition, controlplanev1.SeedPrerequisiteMissingReason, lacking.Error())
	case errors.As(err, &another):
		s.isFalse(controlplanev1.SeedReachableCondition, controlplanev1.SeedIsAnotherReason, another.Error())
	default:
		return false
	}
	return true
}
