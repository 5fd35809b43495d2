// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Kinds that objects may refer to.
var (
	secretKind           = corev1.SchemeGroupVersion.WithKind("Secret")
	configMapKind        = corev1.SchemeGroupVersion.WithKind("ConfigMap")
	internalSecretKind   = gardencorev1beta1.SchemeGroupVersion.WithKind("InternalSecret")
	workloadIdentityKind = securityv1alpha1.SchemeGroupVersion.WithKind("WorkloadIdentity")
	projectKind          = gardencorev1beta1.SchemeGroupVersion.WithKind("Project")
)

// resources checks the objects that a Shoot or Seed refers to by a name of its own.
func resources(resources []gardencorev1beta1.NamedResourceReference, path *field.Path) field.ErrorList {
	var out field.ErrorList
	names := unique[string]{}
	for i, resource := range resources {
		namePath, referencePath := path.Index(i).Child("name"), path.Index(i).Child("resourceRef")
		switch {
		case resource.Name == "":
			out = append(out, field.Required(namePath, "give the reference a name"))
		case names.seen(resource.Name):
			out = append(out, field.Duplicate(namePath, resource.Name))
		}
		out = append(out, kind(resource.ResourceRef.APIVersion, resource.ResourceRef.Kind, referencePath,
			secretKind, configMapKind, workloadIdentityKind)...)
		if resource.ResourceRef.Name == "" {
			out = append(out, field.Required(referencePath.Child("name"), "name the object"))
		}
	}
	return out
}

// kind checks that a reference is to one of some kinds.
func kind(apiVersion, name string, path *field.Path, allowed ...schema.GroupVersionKind) field.ErrorList {
	var out field.ErrorList
	if apiVersion == "" {
		out = append(out, field.Required(path.Child("apiVersion"), "name the version of the API"))
	}
	if name == "" {
		out = append(out, field.Required(path.Child("kind"), "name the kind"))
	}
	if _, err := schema.ParseGroupVersion(apiVersion); err != nil {
		return append(out, field.Invalid(path, apiVersion, "must be a group and a version such as v1 or apps/v1"))
	}
	if given := schema.FromAPIVersionAndKind(apiVersion, name); !slices.Contains(allowed, given) {
		values := make([]string, 0, len(allowed))
		for _, one := range allowed {
			values = append(values, one.String())
		}
		out = append(out, field.NotSupported(path, given.String(), values))
	}
	return out
}

// credentials checks a reference to credentials; a local one has no namespace.
func credentials(reference corev1.ObjectReference, local bool, path *field.Path) field.ErrorList {
	out := kind(reference.APIVersion, reference.Kind, path, secretKind, internalSecretKind, workloadIdentityKind)
	if reference.Name == "" {
		out = append(out, field.Required(path.Child("name"), "name the credentials"))
	}
	out = append(out, dnsSubdomain(reference.Name, path.Child("name"))...)
	switch {
	case local && reference.Namespace != "":
		out = append(out, field.Invalid(path.Child("namespace"), reference.Namespace, "must be left out; credentials are beside the object"))
	case !local && reference.Namespace == "":
		out = append(out, field.Required(path.Child("namespace"), "name the namespace of the credentials"))
	}
	if !local {
		out = append(out, dnsSubdomain(reference.Namespace, path.Child("namespace"))...)
	}
	return out
}

// named checks the name and the namespace of a reference, of which the latter may be left out.
func named(name, namespace string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if name == "" {
		out = append(out, field.Required(path.Child("name"), "name the object"))
	} else {
		out = append(out, dnsSubdomain(name, path.Child("name"))...)
	}
	if namespace != "" {
		out = append(out, invalid(path.Child("namespace"), namespace, apivalidation.ValidateNamespaceName(namespace, false))...)
	}
	return out
}

// tolerations checks tolerations of taints of seeds, each key and value once.
func tolerations(tolerations []gardencorev1beta1.Toleration, path *field.Path) field.ErrorList {
	var out field.ErrorList
	seen := unique[string]{}
	for i, toleration := range tolerations {
		item := path.Index(i)
		if toleration.Key == "" {
			out = append(out, field.Required(item.Child("key"), "name the key of a taint"))
		} else {
			out = append(out, metav1validation.ValidateLabelName(toleration.Key, item.Child("key"))...)
		}
		if toleration.Value != nil {
			out = append(out, invalid(item.Child("value"), *toleration.Value, validation.IsValidLabelValue(*toleration.Value))...)
		}
		id := keyValue(toleration.Key, toleration.Value)
		if seen[id] || seen[toleration.Key] {
			out = append(out, field.Duplicate(item, id))
		}
		seen[id] = true
	}
	return out
}

// keyValue identifies a taint or toleration.
func keyValue(key string, value *string) string {
	if value == nil {
		return key
	}
	return key + "=" + *value
}

// allowed checks tolerations against those that may be used. One without a value allows every value of its key.
func allowed(tolerations, whitelist []gardencorev1beta1.Toleration, path *field.Path) field.ErrorList {
	ids := make([]string, 0, len(whitelist))
	for _, toleration := range whitelist {
		ids = append(ids, keyValue(toleration.Key, toleration.Value))
	}
	var out field.ErrorList
	for i, toleration := range tolerations {
		if !slices.Contains(ids, toleration.Key) && !slices.Contains(ids, keyValue(toleration.Key, toleration.Value)) {
			out = append(out, field.Forbidden(path.Index(i),
				fmt.Sprintf("is none of the tolerations that may be used: %v; ask for it in spec.tolerations.whitelist of the project", ids)))
		}
	}
	return out
}
