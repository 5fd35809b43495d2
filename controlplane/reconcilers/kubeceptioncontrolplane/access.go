// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/secret"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// reconcileAccess keeps the kubeconfig Secret of the CAPI contract valid. A Secret that the user supplied is left
// alone.
func (r *Reconciler) reconcileAccess(ctx context.Context, s *scope) (phaseResult, error) {
	if s.input.Endpoint.IsZero() {
		return stop(), nil // The Service in the seed is watched.
	}
	key := client.ObjectKey{Namespace: s.cluster.Namespace, Name: secret.Name(s.cluster.Name, secret.Kubeconfig)}
	existing := &corev1.Secret{}
	err := r.Client.Get(ctx, key, existing)
	if apierrors.IsNotFound(err) { // What the user supplies may lack the label that the cache selects.
		err = r.Live.Get(ctx, key, existing)
	}
	if client.IgnoreNotFound(err) != nil {
		return phaseResult{}, fmt.Errorf("get Secret %s: %w", key, err)
	}
	if existing.UID != "" && !metav1.IsControlledBy(existing, s.controlPlane) {
		if pki.Generated(existing, s.cluster.Name) { // It lost its owner. The Secret is watched.
			_, err = apply.Own(ctx, r.Client, existing, controllerOf(s.controlPlane))
		}
		return next(), err
	}
	server := "https://" + s.input.Endpoint.String()
	if _, stale := pki.KubeconfigNeedsRefresh(existing.Data[secret.KubeconfigDataName], server, s.roots, s.now); !stale {
		return next(), nil
	}
	data, err := pki.AdminKubeconfig(s.cluster.Name, server, s.roots, s.now)
	if err != nil {
		return phaseResult{}, fmt.Errorf("make kubeconfig: %w", err)
	}
	desired := &corev1.Secret{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{
			Name: key.Name, Namespace: key.Namespace,
			Labels:          map[string]string{clusterv1.ClusterNameLabel: s.cluster.Name},
			Annotations:     map[string]string{controlplanev1.GeneratedAnnotation: ""},
			OwnerReferences: []metav1.OwnerReference{controllerOf(s.controlPlane)},
		},
		Type: clusterv1.ClusterSecretType,
		Data: map[string][]byte{secret.KubeconfigDataName: data},
	}
	if _, _, err := apply.Apply(ctx, r.Client, desired); err != nil && !apierrors.IsConflict(err) {
		return phaseResult{}, fmt.Errorf("apply Secret %s: %w", key, err)
	}
	return next(), nil
}
