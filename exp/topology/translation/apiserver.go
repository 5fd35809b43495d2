// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

func (t *translator) apiServer() controlplanev1.APIServerSpec {
	own := deref(t.spec().Kubernetes.KubeAPIServer)
	out := controlplanev1.APIServerSpec{
		FeatureGates:     own.FeatureGates,
		RuntimeConfig:    own.RuntimeConfig,
		AdmissionPlugins: t.admissionPlugins(own.AdmissionPlugins),
		EventTTLSeconds:  seconds(own.EventTTL),
		ServiceAccounts:  serviceAccounts(own),
		TLSMinVersion:    deref(own.TLSMinVersion),
	}
	if requests := own.Requests; requests != nil {
		out.Requests.MaxNonMutatingInflight, out.Requests.MaxMutatingInflight = requests.MaxNonMutatingInflight, requests.MaxMutatingInflight
	}
	if logging := own.Logging; logging != nil {
		out.Logging.Verbosity, out.Logging.HTTPAccessVerbosity = logging.Verbosity, logging.HTTPAccessVerbosity
	}
	if encryption := own.EncryptionConfig; encryption != nil {
		out.Encryption.Resources = encryption.Resources
		out.Encryption.Provider = controlplanev1.EncryptionProvider(deref(encryption.Provider.Type))
	}
	if policy := auditPolicyOf(own); policy != "" {
		out.Audit.PolicyRef = localReference(policy)
	}
	if authentication := own.StructuredAuthentication; authentication != nil {
		out.Authentication.ConfigRef = localReference(authentication.ConfigMapName)
	}
	if authorization := own.StructuredAuthorization; authorization != nil {
		out.Authorization.ConfigRef = localReference(authorization.ConfigMapName)
		for _, kubeconfig := range authorization.Kubeconfigs {
			out.Authorization.Kubeconfigs = append(out.Authorization.Kubeconfigs, controlplanev1.AuthorizerKubeconfig{
				AuthorizerName: kubeconfig.AuthorizerName, SecretRef: localReference(kubeconfig.SecretName),
			})
		}
	}
	return out
}

func serviceAccounts(own gardencorev1beta1.KubeAPIServerConfig) controlplanev1.ServiceAccountsSpec {
	config := deref(own.ServiceAccountConfig)
	return controlplanev1.ServiceAccountsSpec{
		Issuer:                    deref(config.Issuer),
		AcceptedIssuers:           config.AcceptedIssuers,
		Audiences:                 own.APIAudiences,
		MaxTokenExpirationSeconds: seconds(config.MaxTokenExpiration),
		ExtendTokenExpiration:     config.ExtendTokenExpiration,
	}
}

// admissionPlugins have their configurations as YAML, which is how kube-apiserver reads them.
func (t *translator) admissionPlugins(plugins []gardencorev1beta1.AdmissionPlugin) []controlplanev1.AdmissionPlugin {
	path := field.NewPath("spec", "kubernetes", "kubeAPIServer", "admissionPlugins")
	var out []controlplanev1.AdmissionPlugin
	for i, plugin := range plugins {
		own := controlplanev1.AdmissionPlugin{Name: plugin.Name, Disabled: plugin.Disabled}
		if plugin.Config != nil && len(plugin.Config.Raw) > 0 {
			text, err := yaml.JSONToYAML(plugin.Config.Raw)
			if err != nil {
				t.refuse(field.Invalid(path.Index(i).Child("config"), string(plugin.Config.Raw), err.Error()))
			}
			own.Config = string(text)
		}
		out = append(out, own)
	}
	return out
}
