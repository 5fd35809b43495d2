// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

const unreachable = "The API server of the workload cluster cannot be reached; machines can join once it can"

// reconcileToken keeps the token valid until it has been used.
func (r *Reconciler) reconcileToken(ctx context.Context, s *scope) (phaseResult, error) {
	if s.used() {
		s.created()
		return next(), nil
	}
	workload, err := r.Clusters.GetClient(ctx, client.ObjectKeyFromObject(s.cluster))
	if errors.Is(err, clustercache.ErrClusterNotConnected) {
		s.unreachable()
		return stop(), nil // Connections are watched.
	}
	if err != nil {
		return phaseResult{}, fmt.Errorf("connect to the workload cluster: %w", err)
	}
	s.workload = workload
	result, err := r.keepToken(ctx, s)
	if err != nil {
		s.failed(err)
		return phaseResult{}, err
	}
	s.created()
	return result, nil
}

func (r *Reconciler) keepToken(ctx context.Context, s *scope) (phaseResult, error) {
	known, expires, err := readToken(ctx, s.workload, s.token)
	if err != nil {
		return phaseResult{}, err
	}
	state := tokenState{
		issued: known != nil, expires: expires,
		shared: s.owner.pool(), joined: s.owner.joined, withdrawn: s.owner.deleting,
	}
	action, after := decide(state, s.now, r.TokenLifetime)
	switch action {
	case revoke:
		_, err = apply.Delete(ctx, s.workload, known)
	case issue:
		err = r.issueToken(ctx, s, s.token)
	case rotate:
		err = r.rotateToken(ctx, s)
	case keep:
	}
	if err != nil {
		return phaseResult{}, err
	}
	s.available(state)
	return nextAndAgain(after), nil
}

// rotateToken makes new bootstrap data with another token. Where that cannot be, the old token stays valid.
func (r *Reconciler) rotateToken(ctx context.Context, s *scope) error {
	t, err := newToken()
	if err != nil {
		return err
	}
	var p *problem
	if err := r.writeData(ctx, s, t); errors.As(err, &p) {
		r.warn(s, p.reason, "The bootstrap data stays as it is: "+p.message)
	} else if err != nil {
		return err
	}
	return r.issueToken(ctx, s, s.token)
}

// available says what has become of the token.
func (s *scope) available(state tokenState) {
	const condition = bootstrapv1.BootstrapTokenAvailableCondition
	switch {
	case state.withdrawn:
		s.isFalse(condition, bootstrapv1.BootstrapTokenWithdrawnReason, fmt.Sprintf("%s %s is being deleted", s.owner.kind, s.owner.name))
	case state.joined && !state.shared:
		s.isTrue(condition, bootstrapv1.BootstrapTokenUsedReason)
	default:
		s.isTrue(condition, bootstrapv1.BootstrapTokenAvailableReason)
	}
}

// unreachable says that a token can be neither made nor renewed. No machine is made before the first one is.
func (s *scope) unreachable() {
	s.isFalse(bootstrapv1.BootstrapTokenAvailableCondition, bootstrapv1.ClusterUnreachableReason, unreachable)
	s.withhold(bootstrapv1.ClusterUnreachableReason, unreachable)
}

// failed says why the API server does not take the token.
func (s *scope) failed(err error) {
	reason, message := bootstrapv1.ClusterUnreachableReason, unreachable
	if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) || apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) {
		reason, message = bootstrapv1.BootstrapTokenFailedReason, err.Error()
	}
	s.isFalse(bootstrapv1.BootstrapTokenAvailableCondition, reason, message)
	s.withhold(reason, message)
}

// withhold keeps machines from being made, unless some already may be.
func (s *scope) withhold(reason, message string) {
	if s.config.Status.Initialization.DataSecretCreated == nil {
		s.set(bootstrapv1.DataSecretAvailableCondition, metav1.ConditionFalse, reason, message)
	}
}
