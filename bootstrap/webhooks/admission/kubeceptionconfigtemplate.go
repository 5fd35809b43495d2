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

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// +kubebuilder:webhook:verbs=create;update,path=/validate-bootstrap-cluster-x-k8s-io-v1alpha1-kubeceptionconfigtemplate,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=bootstrap.cluster.x-k8s.io,resources=kubeceptionconfigtemplates,versions=v1alpha1,name=validation.kubeceptionconfigtemplate.bootstrap.cluster.x-k8s.io,sideEffects=None,admissionReviewVersions=v1

// KubeceptionConfigTemplate validates templates.
type KubeceptionConfigTemplate struct{}

var _ admission.Validator[*bootstrapv1.KubeceptionConfigTemplate] = &KubeceptionConfigTemplate{}

// SetupWithManager serves the webhook by the webhook server of the manager.
func (w *KubeceptionConfigTemplate) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewWebhookManagedBy(mgr, &bootstrapv1.KubeceptionConfigTemplate{}).WithValidator(w).Complete()
}

// ValidateCreate refuses a template of invalid configurations.
func (w *KubeceptionConfigTemplate) ValidateCreate(_ context.Context, obj *bootstrapv1.KubeceptionConfigTemplate) (admission.Warnings, error) {
	return nil, invalid("KubeceptionConfigTemplate", obj.Name, validateTemplate(&obj.Spec.Template))
}

// ValidateUpdate refuses changes of a template, because machines that were made from it would not follow. Cluster API's
// topology controller tries changes out in dry runs, which are only asked whether the outcome would be valid.
func (w *KubeceptionConfigTemplate) ValidateUpdate(ctx context.Context, oldObj, newObj *bootstrapv1.KubeceptionConfigTemplate) (admission.Warnings, error) {
	if !newObj.DeletionTimestamp.IsZero() {
		return nil, nil
	}
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("read the admission request: %w", err))
	}
	problems := validation.Introduced(validateTemplate(&oldObj.Spec.Template), validateTemplate(&newObj.Spec.Template))
	if !topology.IsDryRunRequest(request, newObj) && !apiequality.Semantic.DeepEqual(oldObj.Spec.Template.Spec, newObj.Spec.Template.Spec) {
		problems = append(problems, field.Forbidden(field.NewPath("spec", "template", "spec"),
			"a template cannot change; create another one and refer to it in the MachineDeployment, MachinePool or ClusterClass instead"))
	}
	return nil, invalid("KubeceptionConfigTemplate", newObj.Name, problems)
}

// ValidateDelete allows every deletion.
func (w *KubeceptionConfigTemplate) ValidateDelete(context.Context, *bootstrapv1.KubeceptionConfigTemplate) (admission.Warnings, error) {
	return nil, nil
}

func validateTemplate(template *bootstrapv1.KubeceptionConfigTemplateResource) field.ErrorList {
	path := field.NewPath("spec", "template")
	problems := template.ObjectMeta.Validate(path.Child("metadata"))
	return append(problems, validateSpec(path.Child("spec"), &template.Spec)...)
}
