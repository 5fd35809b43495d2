// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// +kubebuilder:webhook:verbs=delete,path=/validate-core-gardener-cloud-v1beta1-quota,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=quotas,versions=v1beta1,name=validation.quota.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=secretbindings,verbs=get;list;watch
// +kubebuilder:rbac:groups=security.gardener.cloud,resources=credentialsbindings,verbs=get;list;watch

// SetupWithManager serves the webhook of this package by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager, tools request.Tools) error {
	kind := &request.Kind[*gardencorev1beta1.Quota]{
		Kind: gardencorev1beta1.Kind("Quota"),
		Delete: func(ctx context.Context, _ request.Request, now *gardencorev1beta1.Quota) error {
			return unused(ctx, tools.Live, now)
		},
	}
	return kind.SetupWithManager(mgr, &gardencorev1beta1.Quota{})
}

// unused refuses the deletion of a Quota that a binding refers to.
func unused(ctx context.Context, reader client.Reader, quota *gardencorev1beta1.Quota) error {
	refuse := func(kind string, binding client.Object, quotas []corev1.ObjectReference) error {
		for _, reference := range quotas {
			if reference.Namespace == quota.Namespace && reference.Name == quota.Name {
				return request.Forbidden(gardencorev1beta1.Resource("quotas"), quota.Name, "%s %s/%s refers to it; delete that first",
					kind, binding.GetNamespace(), binding.GetName())
			}
		}
		return nil
	}
	secret := &gardencorev1beta1.SecretBindingList{}
	if err := reader.List(ctx, secret); err != nil {
		return fmt.Errorf("list SecretBindings: %w", err)
	}
	for i := range secret.Items {
		if err := refuse("SecretBinding", &secret.Items[i], secret.Items[i].Quotas); err != nil {
			return err
		}
	}
	credentials := &securityv1alpha1.CredentialsBindingList{}
	if err := reader.List(ctx, credentials); err != nil {
		return fmt.Errorf("list CredentialsBindings: %w", err)
	}
	for i := range credentials.Items {
		if err := refuse("CredentialsBinding", &credentials.Items[i], credentials.Items[i].Quotas); err != nil {
			return err
		}
	}
	return nil
}
