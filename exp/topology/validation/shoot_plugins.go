// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/features"
)

// Admission plugins that more is known of than their names.
var (
	requiredPlugins = sets.New("MutatingAdmissionWebhook", "NamespaceLifecycle", "NodeRestriction", "PodSecurity", "Priority",
		"StorageObjectInUseProtection", "ValidatingAdmissionWebhook")
	configurablePlugins = sets.New("EventRateLimit", "ImagePolicyWebhook", "MutatingAdmissionWebhook", "PodNodeSelector", "PodSecurity",
		"PodTolerationRestriction", "ResourceQuota", "ValidatingAdmissionWebhook")
	kubeconfigPlugins = sets.New("ImagePolicyWebhook", "MutatingAdmissionWebhook", "ValidatingAdmissionWebhook")
)

func admissionPlugins(plugins []gardencorev1beta1.AdmissionPlugin, version kubernetesVersion, path *field.Path) field.ErrorList {
	minor, known := version.minor()
	if !known {
		return nil
	}
	var out field.ErrorList
	for i, plugin := range plugins {
		own := path.Index(i)
		if plugin.Name == "" {
			out = append(out, field.Required(own.Child("name"), "name an admission plugin"))
			continue
		}
		span, exists := features.AdmissionPlugin(plugin.Name)
		switch {
		case !exists:
			out = append(out, field.Invalid(own.Child("name"), plugin.Name, "no Kubernetes version has an admission plugin of this name"))
		case !span.Contains(minor):
			out = append(out, field.Forbidden(own.Child("name"), fmt.Sprintf("is an admission plugin of %s; remove it", span)))
		default:
			out = append(out, admissionPlugin(plugin, own)...)
		}
	}
	return out
}

func admissionPlugin(plugin gardencorev1beta1.AdmissionPlugin, path *field.Path) field.ErrorList {
	var out field.ErrorList
	hasConfig := plugin.Config != nil && len(plugin.Config.Raw) > 0
	if hasConfig && !configurablePlugins.Has(plugin.Name) {
		out = append(out, field.Forbidden(path.Child("config"), fmt.Sprintf("%s has no configuration; remove it", plugin.Name)))
	}
	if deref(plugin.Disabled) && requiredPlugins.Has(plugin.Name) {
		out = append(out, field.Forbidden(path, fmt.Sprintf("%s cannot be disabled, because clusters rely on it", plugin.Name)))
	}
	if plugin.KubeconfigSecretName != nil && !kubeconfigPlugins.Has(plugin.Name) {
		out = append(out, field.Forbidden(path.Child("kubeconfigSecretName"), fmt.Sprintf("%s calls nobody; remove it", plugin.Name)))
	}
	if plugin.Name == "PodSecurity" && plugin.Config != nil {
		out = append(out, podSecurity(plugin.Config.Raw, path.Child("config"))...)
	}
	return out
}

// kubeconfigsOfPlugins checks that kubeconfigs which plugins call others with are Secrets that the Shoot refers to.
func kubeconfigsOfPlugins(spec *gardencorev1beta1.ShootSpec, path *field.Path) field.ErrorList {
	secrets := sets.New[string]()
	for _, resource := range spec.Resources {
		if resource.ResourceRef.APIVersion == "v1" && resource.ResourceRef.Kind == secretKind.Kind {
			secrets.Insert(resource.ResourceRef.Name)
		}
	}
	var out field.ErrorList
	for i, plugin := range spec.Kubernetes.KubeAPIServer.AdmissionPlugins {
		if name := plugin.KubeconfigSecretName; name != nil && !secrets.Has(*name) {
			out = append(out, field.Invalid(path.Index(i).Child("kubeconfigSecretName"), *name, "must be a Secret of spec.resources; add it there"))
		}
	}
	return out
}

// podSecurityLevels are what pods may be allowed.
var podSecurityLevels = []string{"privileged", "baseline", "restricted"}

// podSecurityConfiguration is what is looked at of a configuration of the plugin.
type podSecurityConfiguration struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Defaults   map[string]string `json:"defaults"`
}

func podSecurity(raw []byte, path *field.Path) field.ErrorList {
	var config podSecurityConfiguration
	if err := yaml.Unmarshal(raw, &config); err != nil {
		return field.ErrorList{field.Invalid(path, string(raw), "must be a PodSecurityConfiguration: "+err.Error())}
	}
	group, version, _ := strings.Cut(config.APIVersion, "/")
	if group != "pod-security.admission.config.k8s.io" || config.Kind != "PodSecurityConfiguration" ||
		!slices.Contains([]string{"v1", "v1beta1", "v1alpha1"}, version) {
		return field.ErrorList{field.Invalid(path, string(raw), "must be of kind pod-security.admission.config.k8s.io/v1 PodSecurityConfiguration")}
	}
	var out field.ErrorList
	for _, mode := range []string{"enforce", "audit", "warn"} {
		if level := config.Defaults[mode]; level != "" {
			out = append(out, oneOf(&level, path.Child("defaults", mode), podSecurityLevels...)...)
		}
	}
	return out
}

// APIs that cannot be switched off, by whether a cluster has workers. A group and version stands for all of its resources.
var (
	requiredAPIs = sets.New(
		"admissionregistration.k8s.io/v1", "apps/v1", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1", "storage.k8s.io/v1", "v1",
		"autoscaling/v2/horizontalpodautoscalers", "certificates.k8s.io/v1/certificatesigningrequests", "coordination.k8s.io/v1/leases",
		"discovery.k8s.io/v1/endpointslices", "events.k8s.io/v1/events", "node.k8s.io/v1/runtimeclasses",
		"policy/v1/poddisruptionbudgets", "scheduling.k8s.io/v1/priorityclasses",
	)
	requiredWorkerlessAPIs = sets.New(
		"networking.k8s.io/v1", "rbac.authorization.k8s.io/v1", "v1", "discovery.k8s.io/v1/endpointslices", "events.k8s.io/v1/events",
	)
)

func runtimeConfig(config map[string]bool, version kubernetesVersion, workerless bool, path *field.Path) field.ErrorList {
	minor, known := version.minor()
	if !known {
		return nil
	}
	required := requiredAPIs
	if workerless {
		required = requiredWorkerlessAPIs
	}
	var out field.ErrorList
	for _, api := range sorted(config) {
		span, exists := features.API(api)
		switch {
		case !exists:
			out = append(out, field.Invalid(path.Key(api), api, "must be an API such as apps/v1 or apps/v1/deployments"))
		case !span.Contains(minor):
			out = append(out, field.Forbidden(path.Key(api), fmt.Sprintf("is an API of %s; remove it", span)))
		case !config[api] && needed(api, required):
			out = append(out, field.Forbidden(path.Key(api), "cannot be switched off, because the cluster itself needs it"))
		}
	}
	return out
}

// needed says whether an API, one of its resources, or what it is a resource of is required.
func needed(api string, required sets.Set[string]) bool {
	groupVersion, resource := features.Split(api)
	if required.Has(api) || required.Has(groupVersion) {
		return true
	}
	return resource == "" && slices.ContainsFunc(sets.List(required), func(other string) bool {
		return strings.HasPrefix(other, groupVersion+"/")
	})
}
