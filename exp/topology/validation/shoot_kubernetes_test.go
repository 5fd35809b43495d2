// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"strings"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

const (
	server    = "spec.kubernetes.kubeAPIServer."
	manager   = "spec.kubernetes.kubeControllerManager."
	placement = "spec.kubernetes.kubeScheduler."
)

func TestShootKubernetes(t *testing.T) {
	config := func(change func(*gardencorev1beta1.Kubernetes)) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { change(&shoot.Spec.Kubernetes) }
	}
	run(t, map[string]row{
		"§2 version: none":                  {version(""), []string{"spec.kubernetes.version: Required"}},
		"§2 version: none that can be read": {version("latest"), []string{"spec.kubernetes.version: Invalid"}},
		"§2 kubeScheduler: bin-packing": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.KubeScheduler = &gardencorev1beta1.KubeSchedulerConfig{Profile: new(gardencorev1beta1.SchedulingProfileBinPacking)}
		}), nil},
		"§2 kubeScheduler: an unknown profile": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.KubeScheduler = &gardencorev1beta1.KubeSchedulerConfig{Profile: new(gardencorev1beta1.SchedulingProfile("random"))}
		}), []string{placement + "profile: NotSupported"}},
		"§2 kubeScheduler: kubeMaxPDVols from 1.35 on": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.KubeScheduler = &gardencorev1beta1.KubeSchedulerConfig{KubeMaxPDVols: new("5")}
		}), []string{placement + "kubeMaxPDVols: Forbidden"}},
		"§2 kubeScheduler: kubeMaxPDVols before 1.35": {all(version("1.34.1"), config(func(config *gardencorev1beta1.Kubernetes) {
			config.KubeScheduler = &gardencorev1beta1.KubeSchedulerConfig{KubeMaxPDVols: new("5")}
		})), nil},
		"§2 kubeScheduler: kubeMaxPDVols is a number": {all(version("1.34.1"), config(func(config *gardencorev1beta1.Kubernetes) {
			config.KubeScheduler = &gardencorev1beta1.KubeSchedulerConfig{KubeMaxPDVols: new("0")}
		})), []string{placement + "kubeMaxPDVols: Invalid"}},
		"§2 kubeProxy: NFTables": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.KubeProxy = &gardencorev1beta1.KubeProxyConfig{Mode: new(gardencorev1beta1.ProxyModeNFTables)}
		}), nil},
		"§2 kubeProxy: without mode": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.KubeProxy = &gardencorev1beta1.KubeProxyConfig{}
		}), []string{"spec.kubernetes.kubeProxy.mode: Required"}},
		"§2 kubeProxy: an unknown mode": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.KubeProxy = &gardencorev1beta1.KubeProxyConfig{Mode: new(gardencorev1beta1.ProxyMode("userspace"))}
		}), []string{"spec.kubernetes.kubeProxy.mode: NotSupported"}},
		"§2 etcd: what it needs": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.ETCD = &gardencorev1beta1.ETCD{Main: atLeast("memory", "300M"), Events: atLeast("memory", "60M")}
		}), nil},
		"§2 etcd: less than it needs": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.ETCD = &gardencorev1beta1.ETCD{Main: atLeast("memory", "299M"), Events: atLeast("memory", "59M")}
		}), []string{"spec.kubernetes.etcd.main.autoscaling.minAllowed.memory: Invalid", "spec.kubernetes.etcd.events.autoscaling.minAllowed.memory: Invalid"}},
		"§2 etcd: of nothing in particular": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.ETCD = &gardencorev1beta1.ETCD{Main: &gardencorev1beta1.ETCDConfig{Autoscaling: &gardencorev1beta1.ControlPlaneAutoscaling{}}}
		}), []string{"spec.kubernetes.etcd.main.autoscaling.minAllowed: Required"}},
		"§2 etcd: of another resource": {config(func(config *gardencorev1beta1.Kubernetes) {
			config.ETCD = &gardencorev1beta1.ETCD{Main: atLeast("storage", "1Gi")}
		}), []string{"spec.kubernetes.etcd.main.autoscaling.minAllowed.storage: NotSupported"}},
	}, validation.Shoot)
}

func atLeast(name corev1.ResourceName, amount string) *gardencorev1beta1.ETCDConfig {
	return &gardencorev1beta1.ETCDConfig{Autoscaling: &gardencorev1beta1.ControlPlaneAutoscaling{MinAllowed: corev1.ResourceList{name: *quantity(amount)}}}
}

func TestShootKubeControllerManager(t *testing.T) {
	config := func(change func(*gardencorev1beta1.KubeControllerManagerConfig)) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { change(shoot.Spec.Kubernetes.KubeControllerManager) }
	}
	autoscaler := func(autoscaler gardencorev1beta1.HorizontalPodAutoscalerConfig) func(*gardencorev1beta1.Shoot) {
		return config(func(config *gardencorev1beta1.KubeControllerManagerConfig) {
			config.HorizontalPodAutoscalerConfig = &autoscaler
		})
	}
	scaling := manager + "horizontalPodAutoscaler."
	run(t, map[string]row{
		"§2 podEvictionTimeout: from 1.33 on": {config(func(config *gardencorev1beta1.KubeControllerManagerConfig) { config.PodEvictionTimeout = seconds(5) }),
			[]string{manager + "podEvictionTimeout: Forbidden"}},
		"§2 podEvictionTimeout: before 1.33": {all(version("1.32.10"), config(func(config *gardencorev1beta1.KubeControllerManagerConfig) {
			config.PodEvictionTimeout = seconds(5)
		})), nil},
		"§2 podEvictionTimeout: a time": {all(version("1.32.10"), config(func(config *gardencorev1beta1.KubeControllerManagerConfig) {
			config.PodEvictionTimeout = seconds(0)
		})), []string{manager + "podEvictionTimeout: Invalid"}},
		"§2 nodeMonitorGracePeriod: a time": {config(func(config *gardencorev1beta1.KubeControllerManagerConfig) {
			config.NodeMonitorGracePeriod = seconds(0)
		}),
			[]string{manager + "nodeMonitorGracePeriod: Invalid"}},
		"§2 horizontalPodAutoscaler: usual": {autoscaler(gardencorev1beta1.HorizontalPodAutoscalerConfig{
			SyncPeriod: seconds(30), Tolerance: new(0.1), DownscaleStabilization: seconds(300), InitialReadinessDelay: seconds(30), CPUInitializationPeriod: seconds(300),
		}), nil},
		"§2 horizontalPodAutoscaler: too little": {autoscaler(gardencorev1beta1.HorizontalPodAutoscalerConfig{
			SyncPeriod: seconds(0), Tolerance: new(0.0), DownscaleStabilization: seconds(0), InitialReadinessDelay: seconds(0), CPUInitializationPeriod: seconds(0),
		}), []string{scaling + "syncPeriod: Invalid", scaling + "tolerance: Invalid", scaling + "downscaleStabilization: Invalid",
			scaling + "initialReadinessDelay: Invalid", scaling + "cpuInitializationPeriod: Invalid"}},
		"§2 featureGates: one that nobody knows": {config(func(config *gardencorev1beta1.KubeControllerManagerConfig) {
			config.FeatureGates = map[string]bool{"Anything": true}
		}), []string{manager + "featureGates.Anything: Invalid"}},
		"§2 featureGates: one of later versions": {all(version("1.32.10"), config(func(config *gardencorev1beta1.KubeControllerManagerConfig) {
			config.FeatureGates = map[string]bool{"MutableCSINodeAllocatableCount": true}
		})), []string{manager + "featureGates.MutableCSINodeAllocatableCount: Forbidden"}},
		"§2 featureGates: one that is locked": {config(func(config *gardencorev1beta1.KubeControllerManagerConfig) {
			config.FeatureGates = map[string]bool{"StructuredAuthorizationConfiguration": false}
		}), []string{manager + "featureGates.StructuredAuthorizationConfiguration: Forbidden"}},
		"§2 featureGates: one that is locked to this": {config(func(config *gardencorev1beta1.KubeControllerManagerConfig) {
			config.FeatureGates = map[string]bool{"StructuredAuthorizationConfiguration": true}
		}), nil},
	}, validation.Shoot)
}

func TestShootKubeAPIServer(t *testing.T) {
	accounts := func(accounts gardencorev1beta1.ServiceAccountConfig) func(*gardencorev1beta1.Shoot) {
		return apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) { config.ServiceAccountConfig = &accounts })
	}
	requests := func(reading, writing int32) func(*gardencorev1beta1.Shoot) {
		return apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.Requests = &gardencorev1beta1.APIServerRequests{MaxNonMutatingInflight: &reading, MaxMutatingInflight: &writing}
		})
	}
	caches := func(caches gardencorev1beta1.WatchCacheSizes) func(*gardencorev1beta1.Shoot) {
		return apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) { config.WatchCacheSizes = &caches })
	}
	token := func(hours int) gardencorev1beta1.ServiceAccountConfig {
		return gardencorev1beta1.ServiceAccountConfig{MaxTokenExpiration: &metav1.Duration{Duration: time.Duration(hours) * time.Hour}}
	}
	issuer := func(url string) gardencorev1beta1.ServiceAccountConfig {
		return gardencorev1beta1.ServiceAccountConfig{Issuer: &url}
	}
	size := func(size gardencorev1beta1.ResourceWatchCacheSize) gardencorev1beta1.WatchCacheSizes {
		return gardencorev1beta1.WatchCacheSizes{Resources: []gardencorev1beta1.ResourceWatchCacheSize{size}}
	}
	run(t, map[string]row{
		"§10 requests: as many as there can be": {requests(5000, 2500), nil},
		"§10 requests: more than there can be":  {requests(5001, 2501), []string{server + "requests.maxNonMutatingInflight: Invalid", server + "requests.maxMutatingInflight: Invalid"}},
		"§10 requests: less than none":          {requests(-1, -1), []string{server + "requests.maxNonMutatingInflight: Invalid", server + "requests.maxMutatingInflight: Invalid"}},
		"§10 eventTTL: a day":                   {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) { config.EventTTL = seconds(24 * 3600) }), nil},
		"§10 eventTTL: longer":                  {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) { config.EventTTL = seconds(24*3600 + 1) }), []string{server + "eventTTL: Invalid"}},
		"§10 maxTokenExpiration: 30 to 90 days": {accounts(token(720)), nil},
		"§10 maxTokenExpiration: shorter":       {accounts(token(719)), []string{server + "serviceAccountConfig.maxTokenExpiration: Forbidden"}},
		"§10 maxTokenExpiration: longer":        {accounts(token(2161)), []string{server + "serviceAccountConfig.maxTokenExpiration: Forbidden"}},
		"§10 maxTokenExpiration: negative":      {accounts(token(-1)), []string{server + "serviceAccountConfig.maxTokenExpiration: Invalid"}},
		"§10 issuer: a URL":                     {accounts(issuer("https://issuer.example.com/a")), nil},
		"§10 issuer: without TLS":               {accounts(issuer("http://issuer.example.com")), []string{server + "serviceAccountConfig.issuer: Invalid"}},
		"§10 issuer: with a query":              {accounts(issuer("https://issuer.example.com?a=b")), []string{server + "serviceAccountConfig.issuer: Invalid"}},
		"§10 issuer: with a user":               {accounts(issuer("https://jane@issuer.example.com")), []string{server + "serviceAccountConfig.issuer: Invalid"}},
		"§10 issuer: with a fragment":           {accounts(issuer("https://issuer.example.com#a")), []string{server + "serviceAccountConfig.issuer: Invalid"}},
		"§10 issuer: no URL":                    {accounts(issuer("issuer\n")), []string{server + "serviceAccountConfig.issuer: Invalid"}},
		"§10 acceptedIssuers: the issuer itself, and one twice": {accounts(gardencorev1beta1.ServiceAccountConfig{
			Issuer: new("https://a.example.com"), AcceptedIssuers: []string{"https://a.example.com", "https://b.example.com", "https://b.example.com"},
		}), []string{server + "serviceAccountConfig.acceptedIssuers[0]: Invalid", server + "serviceAccountConfig.acceptedIssuers[2]: Duplicate"}},
		"§10 watchCacheSizes: of a resource": {caches(size(gardencorev1beta1.ResourceWatchCacheSize{APIGroup: new("apps"), Resource: "deployments", CacheSize: 50})), nil},
		"§10 watchCacheSizes: of nothing":    {caches(size(gardencorev1beta1.ResourceWatchCacheSize{})), []string{server + "watchCacheSizes.resources[0].resource: Required"}},
		"§10 watchCacheSizes: negative":      {caches(size(gardencorev1beta1.ResourceWatchCacheSize{Resource: "pods", CacheSize: -1})), []string{server + "watchCacheSizes.resources[0].size: Invalid"}},
		"§10 watchCacheSizes: names of flags": {caches(size(gardencorev1beta1.ResourceWatchCacheSize{APIGroup: new("a#b"), Resource: "Pods.x"})),
			[]string{server + "watchCacheSizes.resources[0].resource: Invalid", server + "watchCacheSizes.resources[0].resource: Invalid", server + "watchCacheSizes.resources[0].apiGroup: Invalid"}},
		"§10 watchCacheSizes: the default from 1.35 on": {caches(gardencorev1beta1.WatchCacheSizes{Default: new(int32(1))}), []string{server + "watchCacheSizes.default: Forbidden"}},
		"§10 watchCacheSizes: the default before 1.35":  {all(version("1.34.1"), caches(gardencorev1beta1.WatchCacheSizes{Default: new(int32(-1))})), []string{server + "watchCacheSizes.default: Invalid"}},
		"§10 enableAnonymousAuthentication: from 1.35 on": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) { config.EnableAnonymousAuthentication = new(true) }),
			[]string{server + "enableAnonymousAuthentication: Forbidden"}},
		"§10 enableAnonymousAuthentication: before 1.35": {all(version("1.34.1"), apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.EnableAnonymousAuthentication = new(true)
		})), nil},
		"§10 auditPolicy: a ConfigMap": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.AuditConfig = &gardencorev1beta1.AuditConfig{AuditPolicy: &gardencorev1beta1.AuditPolicy{ConfigMapRef: &corev1.ObjectReference{Name: "audit"}}}
		}), nil},
		"§10 auditPolicy: without name": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.AuditConfig = &gardencorev1beta1.AuditConfig{AuditPolicy: &gardencorev1beta1.AuditPolicy{ConfigMapRef: &corev1.ObjectReference{Namespace: "a b"}}}
		}), []string{server + "auditConfig.auditPolicy.configMapRef.name: Required", server + "auditConfig.auditPolicy.configMapRef.namespace: Invalid"}},
		"§10 apiAudiences: with a comma, and one twice": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) { config.APIAudiences = []string{"a", "a", "b,c"} }),
			[]string{server + "apiAudiences[1]: Duplicate", server + "apiAudiences[2]: Invalid"}},
		"§10 tolerations of pods and logging: negative": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.DefaultNotReadyTolerationSeconds, config.DefaultUnreachableTolerationSeconds = new(int64(-1)), new(int64(-1))
			config.Logging = &gardencorev1beta1.APIServerLogging{Verbosity: new(int32(-1)), HTTPAccessVerbosity: new(int32(-1))}
		}), []string{server + "defaultNotReadyTolerationSeconds: Invalid", server + "defaultUnreachableTolerationSeconds: Invalid",
			server + "logging.verbosity: Invalid", server + "logging.httpAccessVerbosity: Invalid"}},
		"§10 autoscaling: less than it needs": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.Autoscaling = &gardencorev1beta1.ControlPlaneAutoscaling{MinAllowed: corev1.ResourceList{"cpu": *quantity("19m"), "memory": *quantity("199M")}}
		}), []string{server + "autoscaling.minAllowed.cpu: Invalid", server + "autoscaling.minAllowed.memory: Invalid"}},
		"§10 structuredAuthentication: of nothing": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.StructuredAuthentication = &gardencorev1beta1.StructuredAuthentication{}
		}), []string{server + "structuredAuthentication.configMapName: Forbidden"}},
		"§10 structuredAuthorization: of nothing": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.StructuredAuthorization = &gardencorev1beta1.StructuredAuthorization{}
		}), []string{server + "structuredAuthorization.configMapName: Forbidden"}},
		"§10 structuredAuthorization: without kubeconfigs": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.StructuredAuthorization = &gardencorev1beta1.StructuredAuthorization{ConfigMapName: "authorization"}
		}), []string{server + "structuredAuthorization.kubeconfigs: Required"}},
		"§10 structuredAuthentication: with its feature gate off": {all(version("1.32.10"), apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.FeatureGates = map[string]bool{"StructuredAuthenticationConfiguration": false}
			config.StructuredAuthentication = &gardencorev1beta1.StructuredAuthentication{ConfigMapName: "authentication"}
		})), []string{server + "structuredAuthentication: Forbidden"}},
	}, validation.Shoot)
}

func TestShootAdmissionPlugins(t *testing.T) {
	plugin := func(plugin gardencorev1beta1.AdmissionPlugin) func(*gardencorev1beta1.Shoot) {
		return apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.AdmissionPlugins = []gardencorev1beta1.AdmissionPlugin{plugin}
		})
	}
	security := func(config string) func(*gardencorev1beta1.Shoot) {
		return plugin(gardencorev1beta1.AdmissionPlugin{Name: "PodSecurity", Config: &runtime.RawExtension{Raw: []byte(config)}})
	}
	path := server + "admissionPlugins[0]"
	run(t, map[string]row{
		"§10 admissionPlugins: one that exists":       {plugin(gardencorev1beta1.AdmissionPlugin{Name: "PodNodeSelector"}), nil},
		"§10 admissionPlugins: without name":          {plugin(gardencorev1beta1.AdmissionPlugin{}), []string{path + ".name: Required"}},
		"§10 admissionPlugins: one that nobody knows": {plugin(gardencorev1beta1.AdmissionPlugin{Name: "Anything"}), []string{path + ".name: Invalid"}},
		"§10 admissionPlugins: one of later versions": {all(version("1.32.10"), plugin(gardencorev1beta1.AdmissionPlugin{Name: "PodTopologyLabels"})), []string{path + ".name: Forbidden"}},
		"§10 admissionPlugins: one that is needed":    {plugin(gardencorev1beta1.AdmissionPlugin{Name: "NodeRestriction", Disabled: new(true)}), []string{path + ": Forbidden"}},
		"§10 admissionPlugins: one that is not":       {plugin(gardencorev1beta1.AdmissionPlugin{Name: "ResourceQuota", Disabled: new(true)}), nil},
		"§10 admissionPlugins: a configuration that nobody reads": {plugin(gardencorev1beta1.AdmissionPlugin{Name: "AlwaysPullImages", Config: &runtime.RawExtension{Raw: []byte(`{}`)}}),
			[]string{path + ".config: Forbidden"}},
		"§10 admissionPlugins: a kubeconfig that nobody uses": {all(plugin(gardencorev1beta1.AdmissionPlugin{Name: "PodNodeSelector", KubeconfigSecretName: new("one")}), secretOne),
			[]string{path + ".kubeconfigSecretName: Forbidden"}},
		"§10 admissionPlugins: a kubeconfig": {all(plugin(gardencorev1beta1.AdmissionPlugin{Name: "ValidatingAdmissionWebhook", KubeconfigSecretName: new("one")}), secretOne), nil},
		"§10 admissionPlugins: a kubeconfig from nowhere": {plugin(gardencorev1beta1.AdmissionPlugin{Name: "ValidatingAdmissionWebhook", KubeconfigSecretName: new("one")}),
			[]string{path + ".kubeconfigSecretName: Invalid"}},
		"§10 PodSecurity: a configuration": {security(`{"apiVersion":"pod-security.admission.config.k8s.io/v1","kind":"PodSecurityConfiguration","defaults":{"enforce":"baseline"}}`), nil},
		"§10 PodSecurity: an unknown level": {security(`{"apiVersion":"pod-security.admission.config.k8s.io/v1","kind":"PodSecurityConfiguration","defaults":{"audit":"strict"}}`),
			[]string{path + ".config.defaults.audit: NotSupported"}},
		"§10 PodSecurity: another kind":     {security(`{"apiVersion":"v1","kind":"ConfigMap"}`), []string{path + ".config: Invalid"}},
		"§10 PodSecurity: nothing readable": {security(`[`), []string{path + ".config: Invalid"}},
	}, validation.Shoot)
}

func secretOne(shoot *gardencorev1beta1.Shoot) {
	shoot.Spec.Resources = []gardencorev1beta1.NamedResourceReference{{
		Name: "a", ResourceRef: autoscalingv1.CrossVersionObjectReference{APIVersion: "v1", Kind: "Secret", Name: "one"},
	}}
}

func TestShootRuntimeConfig(t *testing.T) {
	api := func(name string, enabled bool) func(*gardencorev1beta1.Shoot) {
		return apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.RuntimeConfig = map[string]bool{name: enabled}
		})
	}
	path := func(name string) string { return server + "runtimeConfig[" + name + "]" }
	run(t, map[string]row{
		"§10 runtimeConfig: a group and version":                     {api("batch/v1", false), nil},
		"§10 runtimeConfig: a resource":                              {api("batch/v1/cronjobs", false), nil},
		"§10 runtimeConfig: no API":                                  {api("batch", false), []string{path("batch") + ": Invalid"}},
		"§10 runtimeConfig: one that is needed":                      {api("apps/v1", false), []string{path("apps/v1") + ": Forbidden"}},
		"§10 runtimeConfig: a resource of one that is needed":        {api("apps/v1/deployments", false), []string{path("apps/v1/deployments") + ": Forbidden"}},
		"§10 runtimeConfig: the group of a resource that is needed":  {api("coordination.k8s.io/v1", false), []string{path("coordination.k8s.io/v1") + ": Forbidden"}},
		"§10 runtimeConfig: one that is needed may be said to be on": {api("apps/v1", true), nil},
		"§10 runtimeConfig: one of later versions":                   {all(version("1.32.10"), api("resource.k8s.io/v1beta2", true)), []string{path("resource.k8s.io/v1beta2") + ": Forbidden"}},
	}, validation.Shoot)
}

func TestShootEncryption(t *testing.T) {
	config := func(provider gardencorev1beta1.EncryptionProviderType, resources ...string) func(*gardencorev1beta1.Shoot) {
		return apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.EncryptionConfig = &gardencorev1beta1.EncryptionConfig{Resources: resources, Provider: gardencorev1beta1.EncryptionProvider{Type: &provider}}
		})
	}
	resource := server + "encryptionConfig.resources[0]"
	run(t, map[string]row{
		"§11 resources: more than Secrets":       {config("aescbc", "configmaps", "deployments.apps", "things.example.com"), nil},
		"§11 resources: Secrets":                 {config("aescbc", "secrets"), []string{resource + ": Forbidden"}},
		"§11 resources: Secrets in another form": {config("aescbc", "secrets."), []string{resource + ": Invalid", resource + ": Forbidden"}},
		"§11 resources: one twice":               {config("aescbc", "configmaps", "configmaps"), []string{server + "encryptionConfig.resources[1]: Duplicate"}},
		"§11 resources: capitals":                {config("aescbc", "ConfigMaps"), []string{resource + ": Invalid"}},
		"§11 resources: all of a group":          {config("aescbc", "*.apps"), []string{resource + ": Invalid"}},
		"§11 resources: events of the new group": {config("aescbc", "events.events.k8s.io"), []string{resource + ": Invalid"}},
		"§11 resources: a group that is gone":    {config("aescbc", "deployments.extensions"), []string{resource + ": Invalid"}},
		"§11 resources: what is no resource":     {config("aescbc", "serviceipallocations"), []string{resource + ": Invalid"}},
		"§11 provider: secretbox":                {config("secretbox"), nil},
		"§11 provider: unknown":                  {config("rot13"), []string{server + "encryptionConfig.provider.type: NotSupported"}},
		"§11 provider: aesgcm without rotation":  {config("aesgcm"), []string{server + "encryptionConfig.provider.type: Forbidden"}},
		"§11 provider: aesgcm with rotation": {all(config("aesgcm"), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Maintenance.AutoRotation = &gardencorev1beta1.MaintenanceAutoRotation{Credentials: &gardencorev1beta1.MaintenanceCredentialsAutoRotation{
				ETCDEncryptionKey: &gardencorev1beta1.MaintenanceRotationConfig{RotationPeriod: &metav1.Duration{Duration: 28 * 24 * time.Hour}},
			}}
		}), nil},
	}, validation.Shoot)
}

func TestShootDNS(t *testing.T) {
	dns := func(domain string, providers ...gardencorev1beta1.DNSProvider) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.DNS = &gardencorev1beta1.DNS{Providers: providers}
			if domain != "" {
				shoot.Spec.DNS.Domain = &domain
			}
		}
	}
	secret := &autoscalingv1.CrossVersionObjectReference{APIVersion: "v1", Kind: "Secret", Name: "dns"}
	route53 := gardencorev1beta1.DNSProvider{Type: new("aws-route53"), Primary: new(true), CredentialsRef: secret}
	other := func(change func(*gardencorev1beta1.DNSProvider)) gardencorev1beta1.DNSProvider {
		out := *route53.DeepCopy()
		change(&out)
		return out
	}
	path := "spec.dns.providers[0]"
	run(t, map[string]row{
		"§13 domain: one with its provider":      {dns("botany.example.com", route53), nil},
		"§13 domain: one alone":                  {dns("botany.example.com"), nil},
		"§13 domain: no name":                    {dns("bo tany"), []string{"spec.dns.domain: Invalid"}},
		"§13 domain: none for the primary":       {dns("", route53), []string{"spec.dns.domain: Required"}},
		"§13 domain: none where nobody keeps it": {dns("", gardencorev1beta1.DNSProvider{Type: new("unmanaged"), Primary: new(true)}), nil},
		"§13 providers: two primary ones": {dns("botany.example.com", route53, other(func(provider *gardencorev1beta1.DNSProvider) { provider.CredentialsRef.Name = "other" })),
			[]string{"spec.dns.providers[1].primary: Forbidden"}},
		"§13 providers: one twice":                            {dns("botany.example.com", route53, route53), []string{"spec.dns.providers[1]: Invalid"}},
		"§13 providers: credentials for nothing":              {dns("botany.example.com", other(func(provider *gardencorev1beta1.DNSProvider) { provider.Type = nil })), []string{path + ".type: Required"}},
		"§13 providers: credentials of unmanaged":             {dns("botany.example.com", other(func(provider *gardencorev1beta1.DNSProvider) { provider.Type = new("unmanaged") })), []string{path + ".credentialsRef: Invalid"}},
		"§13 providers: neither primary nor with credentials": {dns("botany.example.com", gardencorev1beta1.DNSProvider{Type: new("aws-route53")}), []string{path + ".credentialsRef: Required"}},
		"§13 providers: credentials of another kind": {dns("botany.example.com", other(func(provider *gardencorev1beta1.DNSProvider) { provider.CredentialsRef.Kind = "ConfigMap" })),
			[]string{path + ".credentialsRef: NotSupported"}},
		"§13 providers: a workload identity": {dns("botany.example.com", other(func(provider *gardencorev1beta1.DNSProvider) {
			provider.CredentialsRef = &autoscalingv1.CrossVersionObjectReference{APIVersion: "security.gardener.cloud/v1alpha1", Kind: "WorkloadIdentity", Name: "dns"}
		})), nil},
		"§13 secretName: from 1.35 on":          {dns("botany.example.com", other(func(provider *gardencorev1beta1.DNSProvider) { provider.SecretName = new("dns") })), []string{path + ".secretName: Forbidden"}},
		"§13 secretName: before 1.35, the same": {all(version("1.34.1"), dns("botany.example.com", other(func(provider *gardencorev1beta1.DNSProvider) { provider.SecretName = new("dns") }))), nil},
		"§13 secretName: before 1.35, another": {all(version("1.34.1"), dns("botany.example.com", other(func(provider *gardencorev1beta1.DNSProvider) { provider.SecretName = new("dns2") }))),
			[]string{path + ".secretName: Forbidden"}},
		"§13 secretName: before 1.35, alone": {all(version("1.34.1"), dns("botany.example.com", other(func(provider *gardencorev1beta1.DNSProvider) {
			provider.SecretName, provider.CredentialsRef = new("dns"), nil
		}))), []string{path + ".secretName: Forbidden"}},
	}, validation.Shoot)
}

func TestShootAddons(t *testing.T) {
	ingress := func(ingress gardencorev1beta1.NginxIngress) func(*gardencorev1beta1.Shoot) {
		return all(version("1.34.1"), func(shoot *gardencorev1beta1.Shoot) {
			ingress.Enabled = true
			shoot.Spec.Addons = &gardencorev1beta1.Addons{NginxIngress: &ingress}
		})
	}
	path := "spec.addons.nginxIngress."
	run(t, map[string]row{
		"§2 addons: from 1.35 on":        {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Addons = &gardencorev1beta1.Addons{} }, []string{"spec.addons: Forbidden"}},
		"§2 addons: for evaluation":      {ingress(gardencorev1beta1.NginxIngress{}), nil},
		"§2 addons: for other purposes":  {all(ingress(gardencorev1beta1.NginxIngress{}), func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Purpose = new(gardencorev1beta1.ShootPurposeTesting) }), []string{"spec.addons: Forbidden"}},
		"§2 addons: ranges of sources":   {ingress(gardencorev1beta1.NginxIngress{LoadBalancerSourceRanges: []string{"10.0.0.0/8", "10.0.0.1"}}), []string{path + "loadBalancerSourceRanges[1]: Invalid"}},
		"§2 addons: names of settings":   {ingress(gardencorev1beta1.NginxIngress{Config: map[string]string{"a b": "c"}}), []string{path + "config[a b]: Invalid"}},
		"§2 addons: too many settings":   {ingress(gardencorev1beta1.NginxIngress{Config: map[string]string{"a": strings.Repeat("a", 1<<20+1)}}), []string{path + "config: TooLong"}},
		"§2 addons: policies of traffic": {ingress(gardencorev1beta1.NginxIngress{ExternalTrafficPolicy: new(corev1.ServiceExternalTrafficPolicy("Some"))}), []string{path + "externalTrafficPolicy: NotSupported"}},
		"§2 addons: a way into the dashboard": {all(version("1.34.1"), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Addons = &gardencorev1beta1.Addons{KubernetesDashboard: &gardencorev1beta1.KubernetesDashboard{Addon: gardencorev1beta1.Addon{Enabled: true}, AuthenticationMode: new("basic")}}
		}), []string{"spec.addons.kubernetesDashboard.authenticationMode: NotSupported"}},
	}, validation.Shoot)
}
