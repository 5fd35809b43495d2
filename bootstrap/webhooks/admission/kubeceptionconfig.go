// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// +kubebuilder:webhook:verbs=create;update,path=/validate-bootstrap-cluster-x-k8s-io-v1alpha1-kubeceptionconfig,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=bootstrap.cluster.x-k8s.io,resources=kubeceptionconfigs,versions=v1alpha1,name=validation.kubeceptionconfig.bootstrap.cluster.x-k8s.io,sideEffects=None,admissionReviewVersions=v1

// KubeceptionConfig validates configurations.
type KubeceptionConfig struct{}

var _ admission.Validator[*bootstrapv1.KubeceptionConfig] = &KubeceptionConfig{}

// SetupWithManager serves the webhook by the webhook server of the manager.
func (w *KubeceptionConfig) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewWebhookManagedBy(mgr, &bootstrapv1.KubeceptionConfig{}).WithValidator(w).Complete()
}

// ValidateCreate refuses an invalid configuration.
func (w *KubeceptionConfig) ValidateCreate(_ context.Context, obj *bootstrapv1.KubeceptionConfig) (admission.Warnings, error) {
	return nil, invalid("KubeceptionConfig", obj.Name, validateSpec(field.NewPath("spec"), &obj.Spec))
}

// ValidateUpdate refuses what an update makes invalid.
func (w *KubeceptionConfig) ValidateUpdate(_ context.Context, oldObj, newObj *bootstrapv1.KubeceptionConfig) (admission.Warnings, error) {
	if !newObj.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	path := field.NewPath("spec")
	problems := validation.Introduced(validateSpec(path, &oldObj.Spec), validateSpec(path, &newObj.Spec))
	return nil, invalid("KubeceptionConfig", newObj.Name, problems)
}

// ValidateDelete allows every deletion.
func (w *KubeceptionConfig) ValidateDelete(context.Context, *bootstrapv1.KubeceptionConfig) (admission.Warnings, error) {
	return nil, nil
}

// invalid is the refusal of an object, or nil when there are no problems.
func invalid(kind, name string, problems field.ErrorList) error {
	if len(problems) == 0 {
		return nil
	}
	return apierrors.NewInvalid(bootstrapv1.GroupVersion.WithKind(kind).GroupKind(), name, problems)
}
