// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// dnsUnmanaged is the type of a DNS provider that keeps no records.
const dnsUnmanaged = "unmanaged"

// dns checks the domain of a Shoot and who keeps its records, section 13.
func dns(dns *gardencorev1beta1.DNS, version kubernetesVersion, path *field.Path) field.ErrorList {
	if dns == nil {
		return nil
	}
	var out field.ErrorList
	if dns.Domain != nil {
		out = append(out, dnsSubdomain(*dns.Domain, path.Child("domain"))...)
	}
	primary := PrimaryProvider(dns)
	if primary != nil && primary.Type != nil && *primary.Type != dnsUnmanaged && dns.Domain == nil {
		out = append(out, field.Required(path.Child("domain"),
			fmt.Sprintf("name the domain that the primary provider keeps, or make its type %q", dnsUnmanaged)))
	}
	var seen dnsProviders
	for i := range dns.Providers {
		out = append(out, seen.check(&dns.Providers[i], version, path.Child("providers").Index(i))...)
	}
	return out
}

// PrimaryProvider returns the provider that keeps the domain of a Shoot, or nil.
func PrimaryProvider(dns *gardencorev1beta1.DNS) *gardencorev1beta1.DNSProvider {
	if dns == nil {
		return nil
	}
	for i := range dns.Providers {
		if deref(dns.Providers[i].Primary) {
			return &dns.Providers[i]
		}
	}
	return nil
}

// dnsProviders are the providers that were checked before.
type dnsProviders struct {
	credentials sets.Set[dnsCredentials]
	primary     bool
}

type dnsCredentials struct {
	providerType string
	reference    autoscalingv1.CrossVersionObjectReference
}

func (seen *dnsProviders) check(provider *gardencorev1beta1.DNSProvider, version kubernetesVersion, path *field.Path) field.ErrorList {
	out := dnsReferences(provider, version, path)
	if provider.CredentialsRef != nil && provider.Type != nil {
		used := dnsCredentials{*provider.Type, *provider.CredentialsRef}
		if seen.credentials.Has(used) {
			return append(out, field.Invalid(path, *provider.Type, "type and credentialsRef are those of another provider; keep one"))
		}
		if seen.credentials == nil {
			seen.credentials = sets.New[dnsCredentials]()
		}
		seen.credentials.Insert(used)
	}
	primary := deref(provider.Primary)
	if primary && seen.primary {
		return append(out, field.Forbidden(path.Child("primary"), "another provider is primary; there can be one"))
	}
	seen.primary = seen.primary || primary
	switch {
	case provider.CredentialsRef != nil && deref(provider.Type) == dnsUnmanaged:
		return append(out, field.Invalid(path.Child("credentialsRef"), provider.CredentialsRef.Name,
			fmt.Sprintf("must be left out where the type is %q", dnsUnmanaged)))
	case provider.CredentialsRef != nil && provider.Type == nil:
		out = append(out, field.Required(path.Child("type"), "name the type of provider that the credentials are for"))
	case provider.CredentialsRef == nil && !primary:
		out = append(out, field.Required(path.Child("credentialsRef"), "a provider that is not primary has a use only with credentials"))
	}
	return out
}

// dnsReferences checks the two ways to name credentials: secretName is gone from Kubernetes 1.35 on, and before has to say
// the same as credentialsRef.
func dnsReferences(provider *gardencorev1beta1.DNSProvider, version kubernetesVersion, path *field.Path) field.ErrorList {
	var out field.ErrorList
	namePath := path.Child("secretName")
	if provider.SecretName != nil && version.atLeast(35) {
		out = append(out, field.Forbidden(namePath, "is gone from Kubernetes 1.35 on; use credentialsRef"))
	}
	reference := provider.CredentialsRef
	if reference == nil {
		if provider.SecretName != nil && version.before(35) {
			out = append(out, field.Forbidden(namePath, "must not be set without credentialsRef"))
		}
		return out
	}
	out = append(out, credentials(corev1.ObjectReference{
		APIVersion: reference.APIVersion, Kind: reference.Kind, Name: reference.Name,
	}, true, path.Child("credentialsRef"))...)
	isSecret := schema.FromAPIVersionAndKind(reference.APIVersion, reference.Kind) == secretKind
	switch {
	case isSecret && version.before(35) && deref(provider.SecretName) != reference.Name:
		out = append(out, field.Forbidden(namePath, "must name the same Secret as credentialsRef"))
	case !isSecret && deref(provider.SecretName) != "":
		out = append(out, field.Forbidden(namePath, "must not be set where credentialsRef names no Secret"))
	}
	return out
}

// addons checks the addons of old, which are gone from Kubernetes 1.35 on.
func addons(spec *gardencorev1beta1.ShootSpec, version kubernetesVersion, workerless bool) field.ErrorList {
	path := specPath.Child("addons")
	addons := spec.Addons
	switch {
	case addons == nil:
		return nil
	case workerless:
		return field.ErrorList{field.Forbidden(path, workerlessDetail)}
	case version.atLeast(35):
		return field.ErrorList{field.Forbidden(path, "are gone from Kubernetes 1.35 on; install what you need in the cluster")}
	}
	var out field.ErrorList
	hasIngress := addons.NginxIngress != nil && addons.NginxIngress.Enabled
	hasDashboard := addons.KubernetesDashboard != nil && addons.KubernetesDashboard.Enabled
	if (hasIngress || hasDashboard) && spec.Purpose != nil && *spec.Purpose != gardencorev1beta1.ShootPurposeEvaluation {
		out = append(out, field.Forbidden(path, "can be enabled only where spec.purpose is evaluation"))
	}
	if hasIngress {
		out = append(out, nginxIngress(addons.NginxIngress, path.Child("nginxIngress"))...)
	}
	if hasDashboard {
		out = append(out, oneOf(addons.KubernetesDashboard.AuthenticationMode, path.Child("kubernetesDashboard", "authenticationMode"),
			gardencorev1beta1.KubernetesDashboardAuthModeToken)...)
	}
	return out
}

func nginxIngress(ingress *gardencorev1beta1.NginxIngress, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for i, source := range ingress.LoadBalancerSourceRanges {
		out = append(out, validation.IsValidCIDR(path.Child("loadBalancerSourceRanges").Index(i), source)...)
	}
	size := 0
	for _, key := range sorted(ingress.Config) {
		out = append(out, invalid(path.Child("config").Key(key), key, validation.IsConfigMapKey(key))...)
		size += len(ingress.Config[key])
	}
	if size > corev1.MaxSecretSize {
		out = append(out, field.TooLong(path.Child("config"), "", corev1.MaxSecretSize))
	}
	return append(out, oneOf(ingress.ExternalTrafficPolicy, path.Child("externalTrafficPolicy"),
		corev1.ServiceExternalTrafficPolicyCluster, corev1.ServiceExternalTrafficPolicyLocal)...)
}
