// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/cluster-api/util/secret"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
)

// clientAuthority is the purpose of the Secret with the authority that the API server trusts for clients.
const clientAuthority secret.Purpose = "ca-client"

// issuance reads what a kubeconfig for a Shoot is made from. What the API server is trusted by comes from the namespace of the
// Cluster, not from the ConfigMap in the project, which every member may change.
func (h *Handler) issuance(ctx context.Context, key client.ObjectKey, role access.Role) (*access.Issuance, error) {
	shoot := &gardencorev1beta1.Shoot{}
	if err := h.Reader.Get(ctx, key, shoot); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, apierrors.NewNotFound(shootResource, key.Name)
		}
		return nil, fmt.Errorf("get Shoot %s: %w", key, err)
	}
	if len(access.Addresses(shoot)) == 0 {
		return nil, apierrors.NewInvalid(role.RequestKind().GroupKind(), shoot.Name, field.ErrorList{field.Invalid(
			field.NewPath("status", "advertisedAddresses"), shoot.Status.AdvertisedAddresses,
			"the API server of the Shoot has no address yet; try again when it is created")})
	}
	project, err := lookup.ProjectOf(ctx, h.Reader, key.Namespace)
	if missing := (*lookup.NotFoundError)(nil); errors.As(err, &missing) {
		return nil, apierrors.NewNotFound(gardencorev1beta1.Resource("projects"), missing.Name)
	}
	if err != nil {
		return nil, err
	}
	cluster := lookup.ClusterKey(project.Name, shoot)
	serving, err := h.authority(ctx, cluster.Namespace, secret.Name(cluster.Name, secret.ClusterCA))
	if err != nil {
		return nil, err
	}
	clients, err := h.authority(ctx, cluster.Namespace, secret.Name(cluster.Name, clientAuthority))
	if err != nil {
		return nil, err
	}
	return &access.Issuance{Shoot: shoot, Role: role, ServingBundle: serving.Certificates, ClientAuthority: clients}, nil
}

func (h *Handler) authority(ctx context.Context, namespace, name string) (access.Authority, error) {
	found := &corev1.Secret{}
	if err := h.Live.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, found); err != nil {
		return access.Authority{}, apierrors.NewInternalError(fmt.Errorf("read the authorities of the cluster: %w", err))
	}
	if len(found.Data[secret.TLSCrtDataName]) == 0 {
		return access.Authority{}, apierrors.NewInternalError(fmt.Errorf("read the authorities of the cluster: Secret %s/%s has no certificate", namespace, name))
	}
	return access.Authority{Certificates: found.Data[secret.TLSCrtDataName], Key: found.Data[secret.TLSKeyDataName]}, nil
}
