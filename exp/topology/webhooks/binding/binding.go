// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/defaults"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/webhooks/request"
)

// +kubebuilder:webhook:verbs=create;update,path=/mutate-core-gardener-cloud-v1beta1-secretbinding,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=secretbindings,versions=v1beta1,name=default.secretbinding.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1
// +kubebuilder:webhook:verbs=create;delete,path=/validate-core-gardener-cloud-v1beta1-secretbinding,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=core.gardener.cloud,resources=secretbindings,versions=v1beta1,name=validation.secretbinding.core.gardener.cloud,sideEffects=None,admissionReviewVersions=v1
// +kubebuilder:webhook:verbs=create;update,path=/mutate-security-gardener-cloud-v1alpha1-credentialsbinding,mutating=true,failurePolicy=fail,matchPolicy=Equivalent,groups=security.gardener.cloud,resources=credentialsbindings,versions=v1alpha1,name=default.credentialsbinding.security.gardener.cloud,sideEffects=None,admissionReviewVersions=v1
// +kubebuilder:webhook:verbs=create;delete,path=/validate-security-gardener-cloud-v1alpha1-credentialsbinding,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=security.gardener.cloud,resources=credentialsbindings,versions=v1alpha1,name=validation.credentialsbinding.security.gardener.cloud,sideEffects=None,admissionReviewVersions=v1

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots;quotas,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get

var (
	secretBindings      = gardencorev1beta1.Resource("secretbindings")
	credentialsBindings = securityv1alpha1.Resource("credentialsbindings")
)

// SetupWithManager serves the webhooks of this package by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager, tools request.Tools) error {
	w := &webhook{tools}
	secret := &request.Kind[*gardencorev1beta1.SecretBinding]{
		Kind: gardencorev1beta1.Kind("SecretBinding"),
		Default: func(_ context.Context, _ request.Request, now, _ *gardencorev1beta1.SecretBinding) error {
			defaults.SecretBinding(now)
			return nil
		},
		Create: func(ctx context.Context, r request.Request, now *gardencorev1beta1.SecretBinding) (field.ErrorList, error) {
			secret := client.ObjectKey{Namespace: now.SecretRef.Namespace, Name: now.SecretRef.Name}
			return nil, w.references(ctx, r, secretBindings, now.Name, "secretRef", secret, now.Quotas)
		},
		Delete: func(ctx context.Context, _ request.Request, now *gardencorev1beta1.SecretBinding) error {
			return w.unused(ctx, secretBindings, now, func(s *gardencorev1beta1.Shoot) *string { return s.Spec.SecretBindingName })
		},
	}
	credentials := &request.Kind[*securityv1alpha1.CredentialsBinding]{
		Kind: schema.GroupKind{Group: securityv1alpha1.GroupName, Kind: "CredentialsBinding"},
		Default: func(_ context.Context, _ request.Request, now, _ *securityv1alpha1.CredentialsBinding) error {
			defaults.CredentialsBinding(now)
			return nil
		},
		Create: func(ctx context.Context, r request.Request, now *securityv1alpha1.CredentialsBinding) (field.ErrorList, error) {
			secret := client.ObjectKey{Namespace: now.CredentialsRef.Namespace, Name: now.CredentialsRef.Name}
			return nil, w.references(ctx, r, credentialsBindings, now.Name, "credentialsRef", secret, now.Quotas)
		},
		Delete: func(ctx context.Context, _ request.Request, now *securityv1alpha1.CredentialsBinding) error {
			return w.unused(ctx, credentialsBindings, now, func(s *gardencorev1beta1.Shoot) *string { return s.Spec.CredentialsBindingName })
		},
	}
	if err := secret.SetupWithManager(mgr, &gardencorev1beta1.SecretBinding{}); err != nil {
		return err
	}
	return credentials.SetupWithManager(mgr, &securityv1alpha1.CredentialsBinding{})
}

type webhook struct{ request.Tools }

// references lets a binding refer only to a Secret and to Quotas that its creator may read.
func (w *webhook) references(
	ctx context.Context, r request.Request, of schema.GroupResource, name, path string, secret client.ObjectKey, quotas []corev1.ObjectReference,
) error {
	err := w.Readable(ctx, r.User, of, name, request.Reference{
		Kind: corev1.SchemeGroupVersion.WithKind("Secret"), Resource: "secrets", ObjectKey: secret, Field: path,
	})
	if err != nil {
		return err
	}
	for i, quota := range quotas {
		err := w.Readable(ctx, r.User, of, name, request.Reference{
			Kind: gardencorev1beta1.SchemeGroupVersion.WithKind("Quota"), Resource: "quotas",
			ObjectKey: client.ObjectKey{Namespace: quota.Namespace, Name: quota.Name}, Field: fmt.Sprintf("quotas[%d]", i),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unused refuses the deletion of a binding that a Shoot names.
func (w *webhook) unused(ctx context.Context, resource schema.GroupResource, binding client.Object, nameIn func(*gardencorev1beta1.Shoot) *string) error {
	shoots := &gardencorev1beta1.ShootList{}
	if err := w.Live.List(ctx, shoots, client.InNamespace(binding.GetNamespace())); err != nil {
		return fmt.Errorf("list Shoots: %w", err)
	}
	for i := range shoots.Items {
		if ptr.Deref(nameIn(&shoots.Items[i]), "") == binding.GetName() {
			return request.Forbidden(resource, binding.GetName(), "Shoot %s uses it; delete that first", shoots.Items[i].Name)
		}
	}
	return nil
}
