// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/secret"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

const (
	// caSuffix ends the name of the ConfigMap with the certificates that clients of a Shoot trust, as on Gardener.
	caSuffix = ".ca-cluster"
	// caKey is the key there.
	caKey = "ca.crt"
)

// syncBack tells in the namespace of the project what users may know of a Cluster.
func (r *Reconciler) syncBack(ctx context.Context, shoot *gardencorev1beta1.Shoot, cluster *clusterv1.Cluster) error {
	shoot.Status.AdvertisedAddresses = addresses(cluster)
	authority := &corev1.Secret{}
	err := r.Direct.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: secret.Name(cluster.Name, secret.ClusterCA)}, authority)
	if apierrors.IsNotFound(err) {
		return nil // The Cluster, which is watched, says when its control plane is there.
	}
	if err != nil {
		return fmt.Errorf("get the certificates of Cluster %s: %w", cluster.Name, err)
	}
	watched := marks(shoot)
	delete(watched, "app.kubernetes.io/managed-by")
	watched[LabelReferenced] = "true"
	if err := r.label(ctx, authority, watched); err != nil {
		return err
	}
	_, _, err = apply.Apply(ctx, r.Client, marked(caConfigMap(shoot, authority.Data[secret.TLSCrtDataName]), shoot))
	return err
}

// addresses are those of the API server. There are no DNS names, so that there is one: Gardener calls it unmanaged.
func addresses(cluster *clusterv1.Cluster) []gardencorev1beta1.ShootAdvertisedAddress {
	if !cluster.Spec.ControlPlaneEndpoint.IsValid() {
		return nil
	}
	return []gardencorev1beta1.ShootAdvertisedAddress{{
		Name: v1beta1constants.AdvertisedAddressUnmanaged, URL: "https://" + cluster.Spec.ControlPlaneEndpoint.String(),
	}}
}

// caConfigMap holds certificates alone. It goes with its Shoot.
func caConfigMap(shoot *gardencorev1beta1.Shoot, certificates []byte) *corev1.ConfigMap {
	out := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: shoot.Namespace, Name: shoot.Name + caSuffix,
			Labels: map[string]string{v1beta1constants.GardenRole: v1beta1constants.GardenRoleCACluster},
			OwnerReferences: []metav1.OwnerReference{
				*metav1.NewControllerRef(shoot, gardencorev1beta1.SchemeGroupVersion.WithKind("Shoot")),
			},
		},
		Data: map[string]string{caKey: string(certificates)},
	}
	out.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(configMapKind))
	return out
}
