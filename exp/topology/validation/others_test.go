// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

func secretBinding() *gardencorev1beta1.SecretBinding {
	return &gardencorev1beta1.SecretBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "account", Namespace: "garden-dev"}, SecretRef: corev1.SecretReference{Namespace: "garden", Name: "secret"},
		Quotas: []corev1.ObjectReference{{Namespace: "garden", Name: "trial"}}, Provider: &gardencorev1beta1.SecretBindingProvider{Type: "aws,gcp"},
	}
}

func credentialsBinding() *securityv1alpha1.CredentialsBinding {
	return &securityv1alpha1.CredentialsBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "account", Namespace: "garden-dev"}, CredentialsRef: secretRef(),
		Quotas: []corev1.ObjectReference{{Namespace: "garden", Name: "trial"}}, Provider: securityv1alpha1.CredentialsBindingProvider{Type: "aws"},
	}
}

func TestSecretBinding(t *testing.T) {
	runOn(t, map[string]change[*gardencorev1beta1.SecretBinding]{
		"§21 SecretBinding: valid":             {func(*gardencorev1beta1.SecretBinding) {}, nil},
		"§21 SecretBinding: beside the Secret": {func(binding *gardencorev1beta1.SecretBinding) { binding.SecretRef.Namespace = "" }, nil},
		"§21 SecretBinding: to nothing":        {func(binding *gardencorev1beta1.SecretBinding) { binding.SecretRef = corev1.SecretReference{} }, []string{"secretRef.name: Required"}},
		"§21 SecretBinding: to no name": {func(binding *gardencorev1beta1.SecretBinding) {
			binding.SecretRef = corev1.SecretReference{Name: "a b", Namespace: "a b"}
		}, []string{"secretRef.name: Invalid", "secretRef.namespace: Invalid"}},
		"§21 SecretBinding: a quota of no name": {func(binding *gardencorev1beta1.SecretBinding) { binding.Quotas[0].Name = "" }, []string{"quotas[0].name: Required"}},
		"§21 SecretBinding: no provider":        {func(binding *gardencorev1beta1.SecretBinding) { binding.Provider = nil }, []string{"provider: Required"}},
		"§21 SecretBinding: no type":            {func(binding *gardencorev1beta1.SecretBinding) { binding.Provider.Type = "" }, []string{"provider.type: Required"}},
	}, secretBinding, validation.SecretBinding)
	runTransitions(t, map[string]transition[*gardencorev1beta1.SecretBinding]{
		"§21 I: secretRef of a SecretBinding":       {nil, func(binding *gardencorev1beta1.SecretBinding) { binding.SecretRef.Name = "other" }, []string{"secretRef: Invalid"}},
		"§21 I: quotas of a SecretBinding":          {nil, func(binding *gardencorev1beta1.SecretBinding) { binding.Quotas = nil }, []string{"quotas: Invalid"}},
		"§21 I: provider of a SecretBinding":        {nil, func(binding *gardencorev1beta1.SecretBinding) { binding.Provider.Type = "aws" }, []string{"provider: Invalid"}},
		"§21 I: provider of a SecretBinding is set": {func(binding *gardencorev1beta1.SecretBinding) { binding.Provider = nil }, func(binding *gardencorev1beta1.SecretBinding) { binding.Provider = secretBinding().Provider }, nil},
		"§21 I: labels of a SecretBinding":          {nil, func(binding *gardencorev1beta1.SecretBinding) { binding.Labels = map[string]string{"a": "b"} }, nil},
	}, secretBinding, validation.SecretBindingUpdate)
}

func TestCredentialsBinding(t *testing.T) {
	type binding = securityv1alpha1.CredentialsBinding
	runOn(t, map[string]change[*binding]{
		"§21 CredentialsBinding: valid": {func(*binding) {}, nil},
		"§21 CredentialsBinding: a workload identity": {func(binding *binding) {
			binding.CredentialsRef.APIVersion, binding.CredentialsRef.Kind = "security.gardener.cloud/v1alpha1", "WorkloadIdentity"
		}, nil},
		"§21 CredentialsBinding: an internal secret": {func(binding *binding) {
			binding.CredentialsRef.APIVersion, binding.CredentialsRef.Kind = "core.gardener.cloud/v1beta1", "InternalSecret"
		}, nil},
		"§21 CredentialsBinding: another kind": {func(binding *binding) { binding.CredentialsRef.Kind = "ConfigMap" }, []string{"credentialsRef: NotSupported"}},
		"§21 CredentialsBinding: to nothing": {func(binding *binding) { binding.CredentialsRef = corev1.ObjectReference{} }, []string{
			"credentialsRef.apiVersion: Required", "credentialsRef.kind: Required", "credentialsRef.name: Required", "credentialsRef.name: Invalid",
			"credentialsRef.namespace: Required", "credentialsRef.namespace: Invalid", "credentialsRef: NotSupported",
		}},
		"§21 CredentialsBinding: no type":            {func(binding *binding) { binding.Provider.Type = "" }, []string{"provider.type: Required"}},
		"§21 CredentialsBinding: two types":          {func(binding *binding) { binding.Provider.Type = "aws,gcp" }, []string{"provider.type: Invalid"}},
		"§21 CredentialsBinding: a quota of no name": {func(binding *binding) { binding.Quotas[0].Name = "a b" }, []string{"quotas[0].name: Invalid"}},
	}, credentialsBinding, validation.CredentialsBinding)
	runTransitions(t, map[string]transition[*binding]{
		"§21 I: credentialsRef of a CredentialsBinding": {nil, func(binding *binding) { binding.CredentialsRef.Name = "other" }, []string{"credentialsRef: Invalid"}},
		"§21 I: quotas of a CredentialsBinding":         {nil, func(binding *binding) { binding.Quotas = nil }, []string{"quotas: Invalid"}},
		"§21 I: provider of a CredentialsBinding":       {nil, func(binding *binding) { binding.Provider.Type = "gcp" }, []string{"provider: Invalid"}},
	}, credentialsBinding, validation.CredentialsBindingUpdate)
}

func TestBindingUse(t *testing.T) {
	quota := func(kind string) *gardencorev1beta1.Quota {
		return &gardencorev1beta1.Quota{Spec: gardencorev1beta1.QuotaSpec{Scope: corev1.ObjectReference{Kind: kind}}}
	}
	for name, row := range map[string]struct {
		types  []string
		quotas []*gardencorev1beta1.Quota
		want   []string
	}{
		"§21 use: by Shoots of its type":      {[]string{"gcp", "aws"}, nil, nil},
		"§21 use: by Shoots of another type":  {[]string{"gcp"}, nil, []string{"provider.type: Forbidden"}},
		"§21 use: a quota of each scope":      {[]string{"aws"}, []*gardencorev1beta1.Quota{quota("Project"), quota("Secret")}, nil},
		"§21 use: two quotas for projects":    {[]string{"aws"}, []*gardencorev1beta1.Quota{quota("Project"), quota("Project")}, []string{"quotas[1]: Forbidden"}},
		"§21 use: two quotas for credentials": {[]string{"aws"}, []*gardencorev1beta1.Quota{quota("WorkloadIdentity"), quota("Secret")}, []string{"quotas[1]: Forbidden"}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, validation.BindingUse(row.types, []*gardencorev1beta1.Shoot{shoot()}, row.quotas), row.want)
		})
	}
}

func trial() *gardencorev1beta1.Quota {
	return &gardencorev1beta1.Quota{
		ObjectMeta: metav1.ObjectMeta{Name: "trial", Namespace: "garden"},
		Spec: gardencorev1beta1.QuotaSpec{
			Scope: corev1.ObjectReference{APIVersion: "core.gardener.cloud/v1beta1", Kind: "Project"}, ClusterLifetimeDays: new(int32(7)),
			Metrics: amounts(map[string]string{"cpu": "1", "gpu": "1", "memory": "1Gi", "storage.standard": "1Gi", "storage.premium": "1Gi", "loadbalancer": "1"}),
		},
	}
}

func TestQuota(t *testing.T) {
	scope := func(version, kind string) func(*gardencorev1beta1.Quota) {
		return func(quota *gardencorev1beta1.Quota) {
			quota.Spec.Scope = corev1.ObjectReference{APIVersion: version, Kind: kind}
		}
	}
	runOn(t, map[string]change[*gardencorev1beta1.Quota]{
		"§21 Quota: valid":                   {func(*gardencorev1beta1.Quota) {}, nil},
		"§21 Quota: for a Secret":            {scope("v1", "Secret"), nil},
		"§21 Quota: for a workload identity": {scope("security.gardener.cloud/v1alpha1", "WorkloadIdentity"), nil},
		"§21 Quota: for another kind":        {scope("v1", "Namespace"), []string{"spec.scope: NotSupported"}},
		"§21 Quota: of an unknown metric":    {func(quota *gardencorev1beta1.Quota) { quota.Spec.Metrics["nodes"] = *quantity("1") }, []string{"spec.metrics[nodes]: Invalid"}},
		"§21 Quota: of less than nothing":    {func(quota *gardencorev1beta1.Quota) { quota.Spec.Metrics["cpu"] = *quantity("-1") }, []string{"spec.metrics[cpu]: Invalid"}},
		"§21 Quota: of no day":               {func(quota *gardencorev1beta1.Quota) { quota.Spec.ClusterLifetimeDays = new(int32(0)) }, []string{"spec.clusterLifetimeDays: Invalid"}},
	}, trial, validation.Quota)
	runTransitions(t, map[string]transition[*gardencorev1beta1.Quota]{
		"§21 I: scope of a Quota":              {nil, scope("v1", "Secret"), []string{"spec.scope: Invalid"}},
		"§21 I: metrics of a Quota may change": {nil, func(quota *gardencorev1beta1.Quota) { quota.Spec.Metrics["cpu"] = *quantity("5") }, nil},
	}, trial, validation.QuotaUpdate)
}

func exposureClass() *gardencorev1beta1.ExposureClass {
	return &gardencorev1beta1.ExposureClass{
		ObjectMeta: metav1.ObjectMeta{Name: "internet"}, Handler: "internet",
		Scheduling: &gardencorev1beta1.ExposureClassScheduling{Tolerations: []gardencorev1beta1.Toleration{{Key: "a"}}, SeedSelector: &gardencorev1beta1.SeedSelector{}},
	}
}

func TestExposureClass(t *testing.T) {
	handler := func(name string) func(*gardencorev1beta1.ExposureClass) {
		return func(class *gardencorev1beta1.ExposureClass) { class.Handler = name }
	}
	runOn(t, map[string]change[*gardencorev1beta1.ExposureClass]{
		"§12 ExposureClass: valid":                       {func(*gardencorev1beta1.ExposureClass) {}, nil},
		"§12 ExposureClass: a handler as long as can be": {handler(strings.Repeat("a", 34)), nil},
		"§12 ExposureClass: a longer handler":            {handler(strings.Repeat("a", 35)), []string{"handler: Invalid"}},
		"§12 ExposureClass: a handler that is no label":  {handler("a.b"), []string{"handler: Invalid"}},
		"§12 ExposureClass: one toleration twice": {func(class *gardencorev1beta1.ExposureClass) {
			class.Scheduling.Tolerations = append(class.Scheduling.Tolerations, gardencorev1beta1.Toleration{Key: "a"})
		}, []string{"scheduling.tolerations[1]: Duplicate"}},
		"§12 ExposureClass: labels that none can be": {func(class *gardencorev1beta1.ExposureClass) {
			class.Scheduling.SeedSelector.MatchLabels = map[string]string{"a b": "c"}
		}, []string{"scheduling.seedSelector.matchLabels: Invalid"}},
	}, exposureClass, validation.ExposureClass)
	runTransitions(t, map[string]transition[*gardencorev1beta1.ExposureClass]{
		"§12 I: handler":    {nil, handler("other"), []string{"handler: Invalid"}},
		"§12 I: scheduling": {nil, func(class *gardencorev1beta1.ExposureClass) { class.Scheduling = nil }, []string{"scheduling: Invalid"}},
	}, exposureClass, validation.ExposureClassUpdate)
}
