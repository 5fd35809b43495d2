// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduling

import (
	"context"
	"fmt"
	"maps"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/scheduler"
)

// binding is what the one worker wrote.
type binding struct {
	seed string
	// stored is false while it is not known whether the write arrived.
	stored bool
}

// bindings are those that the cache did not show when it was looked at last, by the UID of the Shoot.
type bindings map[types.UID]binding

// usage counts the Shoots of each seed: those in the cache, and those bound a moment ago.
func (b bindings) usage(shoots []gardencorev1beta1.Shoot) map[string]int {
	all := make([]*gardencorev1beta1.Shoot, 0, len(shoots))
	pending := bindings{}
	for i := range shoots {
		shoot := &shoots[i]
		all = append(all, shoot)
		if bound, known := b[shoot.UID]; known && shoot.Spec.SeedName == nil {
			pending[shoot.UID] = bound
		}
	}
	usage := scheduler.Usage(all)
	for _, bound := range pending {
		usage[bound.seed]++
	}
	// What the cache shows, and Shoots that are gone, need no memory.
	clear(b)
	maps.Copy(b, pending)
	return usage
}

// settle finds out in etcd whether a binding was stored of which that is not known. It reports whether the Shoot has a seed.
func (r *Reconciler) settle(ctx context.Context, shoot *gardencorev1beta1.Shoot) (bool, error) {
	stored := &gardencorev1beta1.Shoot{}
	if err := client.IgnoreNotFound(r.Live.Get(ctx, client.ObjectKeyFromObject(shoot), stored)); err != nil {
		return false, fmt.Errorf("read the Shoot in etcd: %w", err)
	}
	if stored.UID == shoot.UID && stored.Spec.SeedName != nil {
		r.bound[shoot.UID] = binding{seed: *stored.Spec.SeedName, stored: true}
		return true, nil
	}
	delete(r.bound, shoot.UID)
	return false, nil
}

// caughtUp reports whether the cache shows every binding that etcd has. It is asked once, by a new leader.
func (r *Reconciler) caughtUp(ctx context.Context, cached []gardencorev1beta1.Shoot) (bool, error) {
	if r.current {
		return true, nil
	}
	shown := map[types.UID]bool{}
	for i := range cached {
		shown[cached[i].UID] = cached[i].Spec.SeedName != nil
	}
	stored := &gardencorev1beta1.ShootList{}
	if err := r.Live.List(ctx, stored); err != nil {
		return false, fmt.Errorf("list Shoots in etcd: %w", err)
	}
	for i := range stored.Items {
		if shoot := &stored.Items[i]; shoot.Spec.SeedName != nil && !shown[shoot.UID] {
			return false, nil
		}
	}
	r.current = true
	return true, nil
}

// cachedShoots are those of the cache itself: they must not be changed.
func (r *Reconciler) cachedShoots(ctx context.Context) ([]gardencorev1beta1.Shoot, error) {
	shoots := &gardencorev1beta1.ShootList{}
	if err := r.Client.List(ctx, shoots, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list Shoots: %w", err)
	}
	return shoots.Items, nil
}
