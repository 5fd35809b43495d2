// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoot

import (
	"context"
	"errors"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

// sameExpiration reports whether the end of a Shoot is what it was.
func sameExpiration(now, before *gardencorev1beta1.Shoot) bool {
	return now.Annotations[v1beta1constants.ShootExpirationTimestamp] == before.Annotations[v1beta1constants.ShootExpirationTimestamp]
}

// quotas refuses a Shoot that needs more than the Quotas of its binding have, or wants to live longer than they allow.
func (w *webhook) quotas(ctx context.Context, now, before *gardencorev1beta1.Shoot, s *surroundings) (field.ErrorList, error) {
	quotas, err := w.quotasOf(ctx, s)
	if err != nil || len(quotas) == 0 {
		return nil, err
	}
	problems := validation.ShootLifetime(now, before, quotas, w.Now())
	if !validation.NeedsQuota(now, before) || s.profile == nil {
		return problems, nil
	}
	wanted, err := validation.ShootUsage(now, s.profile.Spec)
	if err != nil {
		// What the profile does not have is refused by the rules for profiles, with the field.
		return problems, nil //nolint:nilerr // See above.
	}
	for _, quota := range quotas {
		used, err := w.used(ctx, quota, now.Namespace, s.others)
		if err != nil {
			return nil, err
		}
		problems = append(problems, validation.QuotaExceeded(quota, used, wanted)...)
	}
	return problems, nil
}

// quotasOf are the Quotas of the binding of a Shoot.
func (w *webhook) quotasOf(ctx context.Context, s *surroundings) ([]*gardencorev1beta1.Quota, error) {
	var references []corev1.ObjectReference
	switch {
	case s.secretBinding != nil:
		references = s.secretBinding.Quotas
	case s.credentialsBinding != nil:
		references = s.credentialsBinding.Quotas
	}
	var out []*gardencorev1beta1.Quota
	for _, reference := range references {
		quota, err := named[gardencorev1beta1.Quota](ctx, w.Reader, reference.Namespace, ptr.To(reference.Name), "Quota")
		if err != nil {
			return nil, atField(err, specPath.Child("credentialsBindingName"))
		}
		out = append(out, quota)
	}
	return out, nil
}

// used is what other Shoots need of a Quota.
func (w *webhook) used(ctx context.Context, quota *gardencorev1beta1.Quota, namespace string, others []*gardencorev1beta1.Shoot) (corev1.ResourceList, error) {
	secretBindings, credentialsBindings, err := w.bindingsOf(ctx, quota)
	if err != nil {
		return nil, err
	}
	total := corev1.ResourceList{}
	for _, other := range validation.QuotaUsesOf(others, quota, namespace, secretBindings, credentialsBindings) {
		profile, err := lookup.ProfileOf(ctx, w.Reader, other)
		var missing *lookup.NotFoundError
		if errors.As(err, &missing) || profile == nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		usage, err := validation.ShootUsage(other, profile.Spec)
		if err != nil {
			return nil, fmt.Errorf("count Shoot %s/%s for Quota %s/%s: %w", other.Namespace, other.Name, quota.Namespace, quota.Name, err)
		}
		for name, amount := range usage {
			sum := total[name]
			sum.Add(amount)
			total[name] = sum
		}
	}
	return total, nil
}

// bindingsOf are the bindings that refer to a Quota, by namespace and name.
func (w *webhook) bindingsOf(ctx context.Context, quota *gardencorev1beta1.Quota) (secret, credentials map[string]bool, err error) {
	secret, credentials = map[string]bool{}, map[string]bool{}
	refers := func(references []corev1.ObjectReference) bool {
		for _, reference := range references {
			if reference.Namespace == quota.Namespace && reference.Name == quota.Name {
				return true
			}
		}
		return false
	}
	secretBindings := &gardencorev1beta1.SecretBindingList{}
	if err := w.Reader.List(ctx, secretBindings, client.UnsafeDisableDeepCopy); err != nil {
		return nil, nil, fmt.Errorf("list SecretBindings: %w", err)
	}
	for i := range secretBindings.Items {
		if binding := &secretBindings.Items[i]; refers(binding.Quotas) {
			secret[binding.Namespace+"/"+binding.Name] = true
		}
	}
	credentialsBindings := &securityv1alpha1.CredentialsBindingList{}
	if err := w.Reader.List(ctx, credentialsBindings, client.UnsafeDisableDeepCopy); err != nil {
		return nil, nil, fmt.Errorf("list CredentialsBindings: %w", err)
	}
	for i := range credentialsBindings.Items {
		if binding := &credentialsBindings.Items[i]; refers(binding.Quotas) {
			credentials[binding.Namespace+"/"+binding.Name] = true
		}
	}
	return secret, credentials, nil
}
