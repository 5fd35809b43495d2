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
	"sigs.k8s.io/cluster-api/util/topology"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// +kubebuilder:webhook:verbs=create;update,path=/validate-controlplane-cluster-x-k8s-io-v1alpha1-kubeceptioncontrolplanetemplate,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=controlplane.cluster.x-k8s.io,resources=kubeceptioncontrolplanetemplates,versions=v1alpha1,name=validation.kubeceptioncontrolplanetemplate.controlplane.cluster.x-k8s.io,sideEffects=None,admissionReviewVersions=v1

// KubeceptionControlPlaneTemplate validates templates.
type KubeceptionControlPlaneTemplate struct{}

var _ admission.Validator[*controlplanev1.KubeceptionControlPlaneTemplate] = &KubeceptionControlPlaneTemplate{}

// SetupWithManager serves the webhook by the webhook server of the manager.
func (w *KubeceptionControlPlaneTemplate) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewWebhookManagedBy(mgr, &controlplanev1.KubeceptionControlPlaneTemplate{}).WithValidator(w).Complete()
}

// ValidateCreate refuses a template of invalid control planes.
func (w *KubeceptionControlPlaneTemplate) ValidateCreate(_ context.Context, obj *controlplanev1.KubeceptionControlPlaneTemplate) (admission.Warnings, error) {
	return nil, invalid("KubeceptionControlPlaneTemplate", obj.Name, validateTemplate(&obj.Spec.Template))
}

// ValidateUpdate refuses changes of a template. Cluster API's topology controller tries changes out in dry runs, which
// are only asked whether the outcome would be valid.
func (w *KubeceptionControlPlaneTemplate) ValidateUpdate(ctx context.Context, oldObj, newObj *controlplanev1.KubeceptionControlPlaneTemplate) (admission.Warnings, error) {
	if !newObj.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("read the admission request: %w", err))
	}
	problems := validation.Introduced(validateTemplate(&oldObj.Spec.Template), validateTemplate(&newObj.Spec.Template))
	if !topology.IsDryRunRequest(request, newObj) {
		problems = append(problems, validateTemplateUnchanged(&oldObj.Spec.Template, &newObj.Spec.Template)...)
	}
	return nil, invalid("KubeceptionControlPlaneTemplate", newObj.Name, problems)
}

// ValidateDelete allows every deletion.
func (w *KubeceptionControlPlaneTemplate) ValidateDelete(context.Context, *controlplanev1.KubeceptionControlPlaneTemplate) (admission.Warnings, error) {
	return nil, nil
}

func validateTemplate(template *controlplanev1.KubeceptionControlPlaneTemplateResource) field.ErrorList {
	path := field.NewPath("spec", "template")
	problems := template.ObjectMeta.Validate(path.Child("metadata"))
	return append(problems, validateConfiguration(path.Child("spec"), &template.Spec)...)
}

func validateTemplateUnchanged(oldTemplate, newTemplate *controlplanev1.KubeceptionControlPlaneTemplateResource) field.ErrorList {
	if apiequality.Semantic.DeepEqual(oldTemplate.Spec, newTemplate.Spec) {
		return nil
	}
	return field.ErrorList{field.Forbidden(field.NewPath("spec", "template", "spec"),
		"a template cannot change; create another one and refer to it in the ClusterClass instead")}
}
