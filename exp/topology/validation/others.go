// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/validation"
)

// maxHandler is how long the name of a handler of an ExposureClass may be, which becomes part of names of namespaces.
const maxHandler = 34

// bindingRemedy is how credentials change although bindings do not.
const bindingRemedy = "change the credentials themselves, or create another binding and name that in Shoots"

// SecretBinding checks a SecretBinding by itself, section 21.
func SecretBinding(binding *gardencorev1beta1.SecretBinding) field.ErrorList {
	out := join(
		apivalidation.ValidateObjectMeta(&binding.ObjectMeta, true, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata")),
		named(binding.SecretRef.Name, binding.SecretRef.Namespace, field.NewPath("secretRef")),
		quotaReferences(binding.Quotas),
	)
	switch path := field.NewPath("provider"); {
	case binding.Provider == nil:
		out = append(out, field.Required(path, "name the type of infrastructure that the Secret is for"))
	case binding.Provider.Type == "":
		out = append(out, field.Required(path.Child("type"), "name the type of infrastructure that the Secret is for"))
	}
	return out
}

// SecretBindingUpdate checks what an update of a SecretBinding changes: nothing but metadata, and the provider of one that has none.
func SecretBindingUpdate(now, before *gardencorev1beta1.SecretBinding) field.ErrorList {
	out := join(
		immutable(now.SecretRef, before.SecretRef, field.NewPath("secretRef"), bindingRemedy),
		immutable(now.Quotas, before.Quotas, field.NewPath("quotas"), bindingRemedy),
		validation.Introduced(SecretBinding(before), SecretBinding(now)),
	)
	if before.Provider != nil {
		out = append(out, immutable(now.Provider, before.Provider, field.NewPath("provider"), bindingRemedy)...)
	}
	return out
}

// CredentialsBinding checks a CredentialsBinding by itself, section 21.
func CredentialsBinding(binding *securityv1alpha1.CredentialsBinding) field.ErrorList {
	out := join(
		apivalidation.ValidateObjectMeta(&binding.ObjectMeta, true, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata")),
		credentials(binding.CredentialsRef, false, field.NewPath("credentialsRef")),
		quotaReferences(binding.Quotas),
	)
	path := field.NewPath("provider", "type")
	switch {
	case binding.Provider.Type == "":
		out = append(out, field.Required(path, "name the type of infrastructure that the credentials are for"))
	case strings.Contains(binding.Provider.Type, ","):
		out = append(out, field.Invalid(path, binding.Provider.Type, "must be one type; create a binding for each"))
	}
	return out
}

// CredentialsBindingUpdate checks what an update of a CredentialsBinding changes: nothing but metadata.
func CredentialsBindingUpdate(now, before *securityv1alpha1.CredentialsBinding) field.ErrorList {
	return join(
		immutable(now.CredentialsRef, before.CredentialsRef, field.NewPath("credentialsRef"), bindingRemedy),
		immutable(now.Quotas, before.Quotas, field.NewPath("quotas"), bindingRemedy),
		immutable(now.Provider, before.Provider, field.NewPath("provider"), bindingRemedy),
		validation.Introduced(CredentialsBinding(before), CredentialsBinding(now)),
	)
}

func quotaReferences(references []corev1.ObjectReference) field.ErrorList {
	var out field.ErrorList
	for i, reference := range references {
		out = append(out, named(reference.Name, reference.Namespace, field.NewPath("quotas").Index(i))...)
	}
	return out
}

// BindingUse checks a binding against the Shoots that name it, which are of its types of infrastructure, and against its quotas:
// at most one for projects and one for credentials.
func BindingUse(types []string, shoots []*gardencorev1beta1.Shoot, quotas []*gardencorev1beta1.Quota) field.ErrorList {
	var out field.ErrorList
	for _, shoot := range shoots {
		if !slices.Contains(types, shoot.Spec.Provider.Type) {
			out = append(out, field.Forbidden(field.NewPath("provider", "type"),
				fmt.Sprintf("must be %q, because Shoot %s/%s uses the binding", shoot.Spec.Provider.Type, shoot.Namespace, shoot.Name)))
		}
	}
	kinds := unique[bool]{}
	for i, quota := range quotas {
		if kinds.seen(quota.Spec.Scope.Kind == projectKind.Kind) {
			out = append(out, field.Forbidden(field.NewPath("quotas").Index(i), "there can be one quota for projects and one for credentials"))
		}
	}
	return out
}

// Quota checks a Quota by itself, section 21.
func Quota(quota *gardencorev1beta1.Quota) field.ErrorList {
	out := apivalidation.ValidateObjectMeta(&quota.ObjectMeta, true, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	if days := quota.Spec.ClusterLifetimeDays; days != nil && *days < 1 {
		out = append(out, field.Invalid(specPath.Child("clusterLifetimeDays"), *days, "must be at least 1; remove it if clusters may live for ever"))
	}
	scope := quota.Spec.Scope
	if given := scope.GroupVersionKind(); given != projectKind && given != secretKind && given != workloadIdentityKind {
		out = append(out, field.NotSupported(specPath.Child("scope"), given.String(), []string{projectKind.String(), secretKind.String(), workloadIdentityKind.String()}))
	}
	for _, name := range sorted(quota.Spec.Metrics) {
		own, amount := specPath.Child("metrics").Key(string(name)), quota.Spec.Metrics[name]
		if !slices.Contains(quotaMetrics, name) {
			out = append(out, field.Invalid(own, amount.String(), fmt.Sprintf("must be an amount of one of %v", quotaMetrics)))
		}
		out = append(out, quantity(name, amount, own)...)
	}
	return out
}

// QuotaUpdate checks what an update of a Quota changes: its scope stays. Problems that it had before do not count.
func QuotaUpdate(now, before *gardencorev1beta1.Quota) field.ErrorList {
	return join(immutable(now.Spec.Scope, before.Spec.Scope, specPath.Child("scope"), "create another Quota"),
		validation.Introduced(Quota(before), Quota(now)))
}

// ExposureClass checks an ExposureClass by itself, section 12.
func ExposureClass(class *gardencorev1beta1.ExposureClass) field.ErrorList {
	out := join(apivalidation.ValidateObjectMeta(&class.ObjectMeta, false, apivalidation.NameIsDNSLabel, field.NewPath("metadata")),
		dnsLabel(class.Handler, field.NewPath("handler")))
	if len(class.Handler) > maxHandler {
		out = append(out, field.Invalid(field.NewPath("handler"), class.Handler, fmt.Sprintf("must have at most %d characters", maxHandler)))
	}
	if class.Scheduling == nil {
		return out
	}
	if selector := class.Scheduling.SeedSelector; selector != nil {
		out = append(out, metav1validation.ValidateLabelSelector(&selector.LabelSelector, metav1validation.LabelSelectorValidationOptions{},
			field.NewPath("scheduling", "seedSelector"))...)
	}
	return append(out, tolerations(class.Scheduling.Tolerations, field.NewPath("scheduling", "tolerations"))...)
}

// ExposureClassUpdate checks what an update of an ExposureClass changes: nothing but metadata.
func ExposureClassUpdate(now, before *gardencorev1beta1.ExposureClass) field.ErrorList {
	const remedy = "create another ExposureClass"
	return join(immutable(now.Handler, before.Handler, field.NewPath("handler"), remedy),
		immutable(now.Scheduling, before.Scheduling, field.NewPath("scheduling"), remedy))
}
