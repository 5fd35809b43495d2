// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"fmt"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// +kubebuilder:webhook:verbs=create;update,path=/validate-controlplane-cluster-x-k8s-io-v1alpha1-kubeceptioncontrolplane,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=controlplane.cluster.x-k8s.io,resources=kubeceptioncontrolplanes,versions=v1alpha1,name=validation.kubeceptioncontrolplane.controlplane.cluster.x-k8s.io,sideEffects=None,admissionReviewVersions=v1

// KubeceptionControlPlane validates control planes.
type KubeceptionControlPlane struct {
	// Client lists the other control planes.
	Client client.Reader
}

var _ admission.Validator[*controlplanev1.KubeceptionControlPlane] = &KubeceptionControlPlane{}

// SetupWithManager serves the webhook by the webhook server of the manager.
func (w *KubeceptionControlPlane) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewWebhookManagedBy(mgr, &controlplanev1.KubeceptionControlPlane{}).WithValidator(w).Complete()
}

// ValidateCreate refuses an invalid control plane, and one in the namespace of another.
func (w *KubeceptionControlPlane) ValidateCreate(ctx context.Context, obj *controlplanev1.KubeceptionControlPlane) (admission.Warnings, error) {
	problems := validateSpec(&obj.Spec)
	others := &controlplanev1.KubeceptionControlPlaneList{}
	if err := w.Client.List(ctx, others); err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("list the other control planes: %w", err))
	}
	problems = append(problems, validateSeedNamespace(obj, others.Items)...)
	return nil, invalid("KubeceptionControlPlane", obj.Name, problems)
}

// ValidateUpdate refuses what an update makes invalid, and steps between versions that Kubernetes does not support.
func (w *KubeceptionControlPlane) ValidateUpdate(_ context.Context, oldObj, newObj *controlplanev1.KubeceptionControlPlane) (admission.Warnings, error) {
	// Finalizers must be removable whatever the rules have become.
	if !newObj.DeletionTimestamp.IsZero() || apiequality.Semantic.DeepEqual(oldObj.Spec, newObj.Spec) {
		return nil, nil
	}
	problems := validation.Introduced(validateSpec(&oldObj.Spec), validateSpec(&newObj.Spec))
	problems = append(problems, validateUpgrade(oldObj, newObj.Spec.Version)...)
	return nil, invalid("KubeceptionControlPlane", newObj.Name, problems)
}

// ValidateDelete allows every deletion.
func (w *KubeceptionControlPlane) ValidateDelete(context.Context, *controlplanev1.KubeceptionControlPlane) (admission.Warnings, error) {
	return nil, nil
}

// validateSpec finds what is wrong with a control plane by itself.
func validateSpec(spec *controlplanev1.KubeceptionControlPlaneSpec) field.ErrorList {
	path := field.NewPath("spec")
	problems := validateVersion(path.Child("version"), spec.Version)
	return append(problems, validateConfiguration(path, &spec.KubeceptionControlPlaneConfiguration)...)
}

// invalid is the refusal of an object, or nil when there are no problems.
func invalid(kind, name string, problems field.ErrorList) error {
	if len(problems) == 0 {
		return nil
	}
	return apierrors.NewInvalid(controlplanev1.GroupVersion.WithKind(kind).GroupKind(), name, problems)
}
