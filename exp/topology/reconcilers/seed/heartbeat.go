// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"context"
	"fmt"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// LeaseNamespace holds a Lease for each Seed, by its name.
const LeaseNamespace = gardencorev1beta1.GardenerSeedLeaseNamespace

// lastRenewal returns when a seed answered last, and its Lease, or nil if there is none.
func (r *Reconciler) lastRenewal(ctx context.Context, seed *gardencorev1beta1.Seed) (time.Time, *coordinationv1.Lease, error) {
	lease := &coordinationv1.Lease{}
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: LeaseNamespace, Name: seed.Name}, lease)
	if apierrors.IsNotFound(err) {
		return time.Time{}, nil, nil
	}
	if err != nil {
		return time.Time{}, nil, fmt.Errorf("get Lease %s: %w", seed.Name, err)
	}
	return ptr.Deref(lease.Spec.RenewTime, metav1.MicroTime{}).Time, lease, nil
}

// renew notes that a seed answers, once in each period.
func (r *Reconciler) renew(ctx context.Context, seed *gardencorev1beta1.Seed, lease *coordinationv1.Lease, now time.Time) error {
	if lease == nil {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: LeaseNamespace}}
		if _, err := apply.Create(ctx, r.Client, namespace); err != nil {
			return err
		}
		_, err := apply.Create(ctx, r.Client, &coordinationv1.Lease{
			ObjectMeta: metav1.ObjectMeta{Namespace: LeaseNamespace, Name: seed.Name, OwnerReferences: []metav1.OwnerReference{
				*metav1.NewControllerRef(seed, gardencorev1beta1.SchemeGroupVersion.WithKind("Seed")),
			}},
			Spec: coordinationv1.LeaseSpec{HolderIdentity: ptr.To(seed.Name), RenewTime: &metav1.MicroTime{Time: now}},
		})
		return err
	}
	// A look that comes early, because the Seed changed, finds a fresh Lease.
	if now.Sub(ptr.Deref(lease.Spec.RenewTime, metav1.MicroTime{}).Time) < r.Settings.HeartbeatPeriod/2 {
		return nil
	}
	before := lease.DeepCopy()
	lease.Spec.RenewTime = &metav1.MicroTime{Time: now}
	_, err := apply.Merge(ctx, r.Client, before, lease)
	if apierrors.IsConflict(err) {
		return nil // The cache is behind; the next heartbeat is near.
	}
	return err
}
