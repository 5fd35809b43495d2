// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package class

import (
	"context"
	"errors"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
)

// KeyOf is the key of the profile that a Shoot names, and nil if it names none. That of a CloudProfile has no namespace.
func KeyOf(shoot *gardencorev1beta1.Shoot) *client.ObjectKey {
	reference := lookup.ProfileReference(&shoot.Spec)
	switch {
	case reference == nil || reference.Name == "":
		return nil
	case reference.Kind == v1beta1constants.CloudProfileReferenceKindNamespacedCloudProfile:
		return &client.ObjectKey{Namespace: shoot.Namespace, Name: reference.Name}
	}
	return &client.ObjectKey{Name: reference.Name}
}

// Profile returns what the translation knows a profile by. A name is that of one profile only, and fits into a label.
func Profile(key client.ObjectKey, spec *gardencorev1beta1.CloudProfileSpec) provider.Profile {
	return provider.Profile{Name: nameOf(key), Spec: spec}
}

// IsOf reports whether a ClusterClass or a template was made of a profile.
func IsOf(object client.Object, key client.ObjectKey) bool {
	return object.GetLabels()[translation.ProfileLabel] == nameOf(key)
}

func nameOf(key client.ObjectKey) string {
	if key.Namespace == "" {
		return names.Namespace(key.Name)
	}
	return names.Namespace(key.Namespace, key.Name)
}

// profile reads a profile, which is its own object and what it makes of its parent. It is nil if it does not exist, or is a
// NamespacedCloudProfile that no Shoot uses.
func (r *Reconciler) profile(ctx context.Context, key client.ObjectKey) (client.Object, *gardencorev1beta1.CloudProfileSpec, error) {
	if key.Namespace == "" {
		profile := &gardencorev1beta1.CloudProfile{}
		err := r.Client.Get(ctx, key, profile)
		return profile, &profile.Spec, client.IgnoreNotFound(err)
	}
	profile := &gardencorev1beta1.NamespacedCloudProfile{}
	if err := r.Client.Get(ctx, key, profile); err != nil {
		return profile, nil, client.IgnoreNotFound(err)
	}
	shoots, err := r.shootsOf(ctx, key)
	if err != nil || len(shoots) == 0 {
		return profile, nil, err
	}
	merged, err := lookup.Merged(ctx, r.Client, profile)
	var missing *lookup.NotFoundError
	if errors.As(err, &missing) {
		return profile, nil, nil // Parents are watched.
	}
	if err != nil {
		return profile, nil, err
	}
	return profile, merged.Spec, nil
}

// shootsOf are the Shoots that use a NamespacedCloudProfile.
func (r *Reconciler) shootsOf(ctx context.Context, key client.ObjectKey) ([]reconcile.Request, error) {
	shoots := &gardencorev1beta1.ShootList{}
	if err := r.Client.List(ctx, shoots, client.InNamespace(key.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list the Shoots that use NamespacedCloudProfile %s: %w", key, err)
	}
	var out []reconcile.Request
	for i := range shoots.Items {
		if used := KeyOf(&shoots.Items[i]); used != nil && *used == key {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&shoots.Items[i])})
		}
	}
	return out, nil
}
