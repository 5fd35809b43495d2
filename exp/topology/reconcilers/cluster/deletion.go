// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// reconcileDelete removes what a Shoot became, one after the other, and then lets the Shoot go. It reads past the cache, which
// may not know yet what was made a moment ago.
func (r *Reconciler) reconcileDelete(ctx context.Context, shoot *gardencorev1beta1.Shoot) error {
	if !controllerutil.ContainsFinalizer(shoot, Finalizer) {
		return nil
	}
	if shoot.Annotations[v1beta1constants.ConfirmationDeletion] != "true" {
		return &unconfirmed{fmt.Sprintf("the deletion is not confirmed; set the annotation %s to true", v1beta1constants.ConfirmationDeletion)}
	}
	key, err := r.keyOf(ctx, shoot)
	if err != nil {
		return err
	}
	namespace := &corev1.Namespace{}
	err = r.Direct.Get(ctx, client.ObjectKey{Name: key.Namespace}, namespace)
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("get namespace %s: %w", key.Namespace, err)
	}
	if err == nil && isFor(namespace, shoot) {
		return r.deleteNamespace(ctx, shoot, namespace, key)
	}
	return r.letGo(ctx, shoot)
}

// keyOf is that of the Cluster of a Shoot. The project may be gone, and is not asked then.
func (r *Reconciler) keyOf(ctx context.Context, shoot *gardencorev1beta1.Shoot) (client.ObjectKey, error) {
	project, err := lookup.ProjectOf(ctx, r.Client, shoot.Namespace)
	if err == nil {
		return lookup.ClusterKey(project.Name, shoot), nil
	}
	if id := shoot.Status.TechnicalID; id != "" && ignoreMissing(err) == nil {
		return client.ObjectKey{Namespace: "capi--" + strings.TrimPrefix(id, "shoot--"), Name: id}, nil
	}
	return client.ObjectKey{}, err
}

func isFor(object client.Object, shoot *gardencorev1beta1.Shoot) bool {
	labels := object.GetLabels()
	return labels[translation.ShootNamespaceLabel] == shoot.Namespace && labels[translation.ShootNameLabel] == shoot.Name
}

// deleteNamespace deletes the Cluster, then what it needed until the end, then the namespace.
func (r *Reconciler) deleteNamespace(ctx context.Context, shoot *gardencorev1beta1.Shoot, namespace *corev1.Namespace, key client.ObjectKey) error {
	cluster := &clusterv1.Cluster{}
	err := r.Direct.Get(ctx, key, cluster)
	if err == nil {
		if _, err := apply.Delete(ctx, r.Direct, cluster); err != nil {
			return err
		}
		return errWaiting
	}
	if !apierrors.IsNotFound(err) {
		return fmt.Errorf("get Cluster %s: %w", key, err)
	}
	made, err := readInventory(namespace)
	if err != nil {
		return err
	}
	for item := range made {
		if err := r.remove(ctx, shoot, item); err != nil {
			return err
		}
	}
	if _, err := apply.Delete(ctx, r.Direct, namespace); err != nil {
		return err
	}
	return errWaiting
}

// letGo removes what the Shoot has outside of its namespace, and its finalizer.
func (r *Reconciler) letGo(ctx context.Context, shoot *gardencorev1beta1.Shoot) error {
	ca := item{APIVersion: "v1", Kind: configMapKind, Namespace: shoot.Namespace, Name: shoot.Name + caSuffix}
	if err := r.remove(ctx, shoot, ca); err != nil {
		return err
	}
	if err := r.release(ctx, shoot); err != nil {
		return err
	}
	before := shoot.DeepCopy()
	controllerutil.RemoveFinalizer(shoot, Finalizer)
	_, err := apply.Merge(ctx, r.Client, before, shoot)
	if client.IgnoreNotFound(err) != nil {
		return err
	}
	return errGone
}
