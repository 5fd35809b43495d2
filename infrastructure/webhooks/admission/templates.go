// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"fmt"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/topology"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// +kubebuilder:webhook:verbs=create;update,path=/validate-infrastructure-cluster-x-k8s-io-v1alpha1-kubeceptionclustertemplate,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionclustertemplates,versions=v1alpha1,name=validation.kubeceptionclustertemplate.infrastructure.cluster.x-k8s.io,sideEffects=None,admissionReviewVersions=v1
// +kubebuilder:webhook:verbs=create;update,path=/validate-infrastructure-cluster-x-k8s-io-v1alpha1-kubeceptionmachinetemplate,mutating=false,failurePolicy=fail,matchPolicy=Equivalent,groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionmachinetemplates,versions=v1alpha1,name=validation.kubeceptionmachinetemplate.infrastructure.cluster.x-k8s.io,sideEffects=None,admissionReviewVersions=v1

// template validates templates of a kind.
type template[T client.Object] struct {
	kind string
	// parts returns the metadata and the specification of what is made from a template.
	parts func(T) (clusterv1.ObjectMeta, any)
}

func clusterTemplate() *template[*infrav1.KubeceptionClusterTemplate] {
	return &template[*infrav1.KubeceptionClusterTemplate]{
		kind: "KubeceptionClusterTemplate",
		parts: func(t *infrav1.KubeceptionClusterTemplate) (clusterv1.ObjectMeta, any) {
			return t.Spec.Template.ObjectMeta, t.Spec.Template.Spec
		},
	}
}

func machineTemplate() *template[*infrav1.KubeceptionMachineTemplate] {
	return &template[*infrav1.KubeceptionMachineTemplate]{
		kind: "KubeceptionMachineTemplate",
		parts: func(t *infrav1.KubeceptionMachineTemplate) (clusterv1.ObjectMeta, any) {
			return t.Spec.Template.ObjectMeta, t.Spec.Template.Spec
		},
	}
}

// SetupWithManager serves the webhooks of this package by the webhook server of the manager.
func SetupWithManager(mgr ctrl.Manager) error {
	if err := ctrl.NewWebhookManagedBy(mgr, &infrav1.KubeceptionClusterTemplate{}).WithValidator(clusterTemplate()).Complete(); err != nil {
		return fmt.Errorf("set up the webhook for KubeceptionClusterTemplate: %w", err)
	}
	if err := ctrl.NewWebhookManagedBy(mgr, &infrav1.KubeceptionMachineTemplate{}).WithValidator(machineTemplate()).Complete(); err != nil {
		return fmt.Errorf("set up the webhook for KubeceptionMachineTemplate: %w", err)
	}
	return nil
}

var metadataPath = field.NewPath("spec", "template", "metadata")

// ValidateCreate refuses labels and annotations that no object could have.
func (w *template[T]) ValidateCreate(_ context.Context, obj T) (admission.Warnings, error) {
	metadata, _ := w.parts(obj)
	return nil, w.invalid(obj, metadata.Validate(metadataPath))
}

// ValidateUpdate refuses changes of a template. Cluster API's topology controller tries changes out in dry runs.
func (w *template[T]) ValidateUpdate(ctx context.Context, oldObj, newObj T) (admission.Warnings, error) {
	if !newObj.GetDeletionTimestamp().IsZero() {
		return nil, nil
	}
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return nil, apierrors.NewInternalError(fmt.Errorf("read the admission request: %w", err))
	}
	oldMetadata, oldSpec := w.parts(oldObj)
	newMetadata, newSpec := w.parts(newObj)
	var problems field.ErrorList
	if !apiequality.Semantic.DeepEqual(oldMetadata, newMetadata) {
		problems = newMetadata.Validate(metadataPath)
	}
	if !topology.IsDryRunRequest(request, newObj) && !apiequality.Semantic.DeepEqual(oldSpec, newSpec) {
		problems = append(problems, field.Forbidden(field.NewPath("spec", "template", "spec"),
			"a template cannot change; create another one and refer to it instead"))
	}
	return nil, w.invalid(newObj, problems)
}

// ValidateDelete allows every deletion.
func (w *template[T]) ValidateDelete(context.Context, T) (admission.Warnings, error) {
	return nil, nil
}

// invalid is the refusal of an object, or nil when there are no problems.
func (w *template[T]) invalid(obj metav1.Object, problems field.ErrorList) error {
	if len(problems) == 0 {
		return nil
	}
	return apierrors.NewInvalid(infrav1.GroupVersion.WithKind(w.kind).GroupKind(), obj.GetName(), problems)
}
