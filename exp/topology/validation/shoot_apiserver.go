// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	maxNonMutatingInflight = 5000
	maxMutatingInflight    = 2500
	maxEventTTL            = 24 * time.Hour
	minTokenExpiration     = 720 * time.Hour
	maxTokenExpiration     = 2160 * time.Hour
)

// kubeAPIServer checks the settings of kube-apiserver, section 10.
func kubeAPIServer(spec *gardencorev1beta1.ShootSpec, version kubernetesVersion, workerless bool, except exceptions, path *field.Path) field.ErrorList {
	config := spec.Kubernetes.KubeAPIServer
	if config == nil {
		return nil
	}
	out := join(
		admissionPlugins(config.AdmissionPlugins, version, path.Child("admissionPlugins")),
		kubeconfigsOfPlugins(spec, path.Child("admissionPlugins")),
		runtimeConfig(config.RuntimeConfig, version, workerless, path.Child("runtimeConfig")),
		structuredConfigurations(config, path),
		watchCacheSizes(config.WatchCacheSizes, version, path.Child("watchCacheSizes")),
		encryption(config.EncryptionConfig, spec.Maintenance, path.Child("encryptionConfig")),
		serviceAccounts(config.ServiceAccountConfig, except, path.Child("serviceAccountConfig")),
		apiServerNumbers(config, path),
		minAllowed(config.Autoscaling, corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("20m"), corev1.ResourceMemory: resource.MustParse("200M"),
		}, path.Child("autoscaling")),
		featureGates(config.FeatureGates, version, path.Child("featureGates")),
		apiAudiences(config.APIAudiences, path.Child("apiAudiences")),
	)
	if config.EnableAnonymousAuthentication != nil && version.atLeast(35) {
		out = append(out, field.Forbidden(path.Child("enableAnonymousAuthentication"),
			"is gone from Kubernetes 1.35 on; set anonymous in the file of structuredAuthentication"))
	}
	if audit := config.AuditConfig; audit != nil && audit.AuditPolicy != nil && audit.AuditPolicy.ConfigMapRef != nil {
		reference := audit.AuditPolicy.ConfigMapRef
		out = append(out, named(reference.Name, reference.Namespace, path.Child("auditConfig", "auditPolicy", "configMapRef"))...)
	}
	if minimum := config.TLSMinVersion; minimum != nil {
		out = append(out, oneOf(minimum, path.Child("tlsMinVersion"), "VersionTLS12", "VersionTLS13")...)
	}
	return out
}

// apiServerNumbers checks bounds of single numbers.
func apiServerNumbers(config *gardencorev1beta1.KubeAPIServerConfig, path *field.Path) field.ErrorList {
	out := join(
		nonNegative(config.DefaultNotReadyTolerationSeconds, path.Child("defaultNotReadyTolerationSeconds")),
		nonNegative(config.DefaultUnreachableTolerationSeconds, path.Child("defaultUnreachableTolerationSeconds")),
	)
	if logging := config.Logging; logging != nil {
		out = append(out, nonNegative(logging.Verbosity, path.Child("logging", "verbosity"))...)
		out = append(out, nonNegative(logging.HTTPAccessVerbosity, path.Child("logging", "httpAccessVerbosity"))...)
	}
	if requests := config.Requests; requests != nil {
		out = append(out, within(requests.MaxNonMutatingInflight, 0, maxNonMutatingInflight, path.Child("requests", "maxNonMutatingInflight"),
			fmt.Sprintf("must be between 0 and %d", maxNonMutatingInflight))...)
		out = append(out, within(requests.MaxMutatingInflight, 0, maxMutatingInflight, path.Child("requests", "maxMutatingInflight"),
			fmt.Sprintf("must be between 0 and %d", maxMutatingInflight))...)
	}
	if ttl := config.EventTTL; ttl != nil && (ttl.Duration < 0 || ttl.Duration > maxEventTTL) {
		out = append(out, field.Invalid(path.Child("eventTTL"), ttl.Duration.String(), "must be between 0 and 24h"))
	}
	return out
}

// structuredConfigurations checks references to authentication and authorization in files.
func structuredConfigurations(config *gardencorev1beta1.KubeAPIServerConfig, path *field.Path) field.ErrorList {
	var out field.ErrorList
	gate := func(name string, path *field.Path) {
		if enabled, said := config.FeatureGates[name]; said && !enabled {
			out = append(out, field.Forbidden(path, fmt.Sprintf("needs the feature gate %s, which is switched off", name)))
		}
	}
	if authentication := config.StructuredAuthentication; authentication != nil {
		own := path.Child("structuredAuthentication")
		gate("StructuredAuthenticationConfiguration", own)
		if authentication.ConfigMapName == "" {
			out = append(out, field.Forbidden(own.Child("configMapName"), "must not be empty; name a ConfigMap with the key config.yaml"))
		}
	}
	if authorization := config.StructuredAuthorization; authorization != nil {
		own := path.Child("structuredAuthorization")
		gate("StructuredAuthorizationConfiguration", own)
		switch {
		case authorization.ConfigMapName == "":
			out = append(out, field.Forbidden(own.Child("configMapName"), "must not be empty; name a ConfigMap with the key config.yaml"))
		case len(authorization.Kubeconfigs) == 0:
			out = append(out, field.Required(own.Child("kubeconfigs"), "name the Secrets with the kubeconfigs of the authorizers"))
		}
	}
	return out
}

func watchCacheSizes(sizes *gardencorev1beta1.WatchCacheSizes, version kubernetesVersion, path *field.Path) field.ErrorList {
	if sizes == nil {
		return nil
	}
	var out field.ErrorList
	switch {
	case sizes.Default != nil && version.atLeast(35):
		out = append(out, field.Forbidden(path.Child("default"), "is gone from Kubernetes 1.35 on; remove it"))
	default:
		out = append(out, nonNegative(sizes.Default, path.Child("default"))...)
	}
	for i, size := range sizes.Resources {
		own := path.Child("resources").Index(i)
		if size.Resource == "" {
			out = append(out, field.Required(own.Child("resource"), "name a resource such as secrets"))
		}
		out = append(out, lowerCase(size.Resource, ",. #", own.Child("resource"))...)
		out = append(out, lowerCase(deref(size.APIGroup), ", #", own.Child("apiGroup"))...)
		out = append(out, nonNegative(&size.CacheSize, own.Child("size"))...)
	}
	return out
}

// lowerCase checks a name that becomes part of a flag.
func lowerCase(name, without string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if strings.ToLower(name) != name {
		out = append(out, field.Invalid(path, name, "must be in lower case"))
	}
	if strings.ContainsAny(name, without) {
		out = append(out, field.Invalid(path, name, fmt.Sprintf("must not contain any of %q", without)))
	}
	return out
}

func serviceAccounts(config *gardencorev1beta1.ServiceAccountConfig, except exceptions, path *field.Path) field.ErrorList {
	if config == nil {
		return nil
	}
	var out field.ErrorList
	if expiration := config.MaxTokenExpiration; expiration != nil {
		switch {
		case expiration.Duration < 0:
			out = append(out, field.Invalid(path.Child("maxTokenExpiration"), expiration.Duration.String(), "must not be negative"))
		case expiration.Duration > 0 && expiration.Duration < minTokenExpiration, expiration.Duration > maxTokenExpiration:
			out = append(out, field.Forbidden(path.Child("maxTokenExpiration"), "must be between 720h (30 days) and 2160h (90 days)"))
		}
	}
	if config.Issuer != nil {
		out = append(out, issuer(*config.Issuer, path.Child("issuer"))...)
	}
	if except.acceptedIssuers {
		return out
	}
	seen := unique[string]{}
	for i, accepted := range config.AcceptedIssuers {
		own := path.Child("acceptedIssuers").Index(i)
		out = append(out, issuer(accepted, own)...)
		switch {
		case config.Issuer != nil && accepted == *config.Issuer:
			out = append(out, field.Invalid(own, accepted, "is the issuer, which is accepted in any case; remove it here"))
		case seen.seen(accepted):
			out = append(out, field.Duplicate(own, accepted))
		}
	}
	return out
}

// issuer checks the URL of an issuer of tokens.
func issuer(value string, path *field.Path) field.ErrorList {
	parsed, err := url.Parse(value)
	if err != nil {
		return field.ErrorList{field.Invalid(path, value, "must be a URL such as https://issuer.example.com")}
	}
	var out field.ErrorList
	for _, rule := range []struct {
		broken bool
		detail string
	}{
		{parsed.Host == "", "must be a URL with a host such as https://issuer.example.com"},
		{parsed.Fragment != "", "must not have a fragment"},
		{parsed.User != nil, "must not have a user"},
		{parsed.RawQuery != "", "must not have a query"},
		{parsed.Scheme != "https", "must begin with https://"},
	} {
		if rule.broken {
			out = append(out, field.Invalid(path, value, rule.detail))
		}
	}
	return out
}

func apiAudiences(audiences []string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	names := unique[string]{}
	for i, audience := range audiences {
		if names.seen(audience) {
			out = append(out, field.Duplicate(path.Index(i), audience))
		}
		if strings.Contains(audience, ",") {
			out = append(out, field.Invalid(path.Index(i), audience, "must not contain commas"))
		}
	}
	return out
}
