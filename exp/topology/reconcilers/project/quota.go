// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// resourceQuotaName is the name of the default ResourceQuota.
const resourceQuotaName = "gardener"

// resourceQuota is the default ResourceQuota. A limit that an operator set for this one Project stays.
func resourceQuota(project *gardencorev1beta1.Project, namespace string, defaults corev1.ResourceList, existing *corev1.ResourceQuota) *corev1.ResourceQuota {
	want := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: resourceQuotaName,
			Labels:          map[string]string{LabelManagedBy: ManagedBy},
			OwnerReferences: []metav1.OwnerReference{ownerReference(project)},
		},
		Spec: corev1.ResourceQuotaSpec{Hard: defaults.DeepCopy()},
	}
	if existing == nil {
		return want
	}
	for name := range defaults {
		if limit, set := existing.Spec.Hard[name]; set {
			want.Spec.Hard[name] = limit
		}
	}
	return want
}

func (r *Reconciler) reconcileQuota(ctx context.Context, project *gardencorev1beta1.Project, namespace string) error {
	if len(r.Settings.ResourceQuota) == 0 {
		return nil
	}
	existing := &corev1.ResourceQuota{}
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: resourceQuotaName}, existing)
	switch {
	case apierrors.IsNotFound(err):
		existing = nil
	case err != nil:
		return fmt.Errorf("get ResourceQuota %s/%s: %w", namespace, resourceQuotaName, err)
	}
	_, _, err = apply.Apply(ctx, r.Client, resourceQuota(project, namespace, r.Settings.ResourceQuota, existing))
	return err
}
