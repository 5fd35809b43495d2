// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

func TestValidShoots(t *testing.T) {
	for name, shoot := range map[string]*gardencorev1beta1.Shoot{
		"§2 valid: a Shoot with workers":         shoot(),
		"§15 valid: a Shoot without workers":     workerless(),
		"§15 valid: without networks of its own": workerless(func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Networking = nil }),
		"§2 valid: the old binding before 1.34": shoot(version("1.33.4"), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.SecretBindingName, shoot.Spec.CredentialsBindingName = new("account"), nil
		}),
	} {
		t.Run(name, func(t *testing.T) { expect(t, validation.ShootCreate(shoot), nil) })
	}
}

func TestShootReferences(t *testing.T) {
	run(t, map[string]row{
		"§2 name: no two hyphens in a row":  {func(shoot *gardencorev1beta1.Shoot) { shoot.Name = "bo--tany" }, []string{"metadata.name: Invalid"}},
		"§2 name: a label":                  {func(shoot *gardencorev1beta1.Shoot) { shoot.Name = "bo.tany" }, []string{"metadata.name: Invalid"}},
		"§2 name: none":                     {func(shoot *gardencorev1beta1.Shoot) { shoot.Name = "" }, []string{"metadata.name: Required"}},
		"§2 name: no namespace":             {func(shoot *gardencorev1beta1.Shoot) { shoot.Namespace = "" }, []string{"metadata.namespace: Required"}},
		"§2 cloudProfile: none":             {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CloudProfile = nil }, []string{"spec.cloudProfile.name: Required"}},
		"§2 cloudProfile: without name":     {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CloudProfile.Name = "" }, []string{"spec.cloudProfile.name: Required"}},
		"§2 cloudProfile: of another kind":  {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CloudProfile.Kind = "Profile" }, []string{"spec.cloudProfile.kind: NotSupported"}},
		"§2 cloudProfile: one of a project": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CloudProfile.Kind = "NamespacedCloudProfile" }, nil},
		"§2 cloudProfile: the old field from 1.34 on": {
			func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CloudProfileName = new("aws") }, []string{"spec.cloudProfileName: Forbidden"},
		},
		"§2 cloudProfile: the old field before 1.34": {all(version("1.33.4"), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.CloudProfileName, shoot.Spec.CloudProfile = new("aws"), nil
		}), nil},
		"§2 region: none":        {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Region = "" }, []string{"spec.region: Required"}},
		"§2 provider.type: none": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Type = "" }, []string{"spec.provider.type: Required"}},
		"§2 provider.type: no label": {
			func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Provider.Type = "a.b" }, []string{"spec.provider.type: Invalid"},
		},
		"§2 bindings: none": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CredentialsBindingName = nil }, []string{"spec.secretBindingName: Required"}},
		"§2 bindings: both": {all(version("1.33.4"), func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.SecretBindingName = new("account") }),
			[]string{"spec.secretBindingName: Forbidden"}},
		"§2 bindings: the old one from 1.34 on": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.SecretBindingName, shoot.Spec.CredentialsBindingName = new("account"), nil
		}, []string{"spec.secretBindingName: Forbidden"}},
		"§2 purpose: unknown": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Purpose = new(gardencorev1beta1.ShootPurpose("fun")) },
			[]string{"spec.purpose: NotSupported"}},
		"§2 purpose: infrastructure outside of the garden": {
			func(shoot *gardencorev1beta1.Shoot) {
				shoot.Spec.Purpose = new(gardencorev1beta1.ShootPurposeInfrastructure)
			}, []string{"spec.purpose: NotSupported"},
		},
		"§2 purpose: infrastructure in the garden": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Namespace, shoot.Spec.Purpose = "garden", new(gardencorev1beta1.ShootPurposeInfrastructure)
		}, nil},
		"§2 seedName: empty":                {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.SeedName = new("") }, []string{"spec.seedName: Invalid"}},
		"§2 schedulerName: no label":        {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.SchedulerName = new("a b") }, []string{"spec.schedulerName: Invalid"}},
		"§2 exposureClassName: no DNS name": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.ExposureClassName = new("a_b") }, []string{"spec.exposureClassName: Invalid"}},
		"§2 seedSelector: a label that none can be": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.SeedSelector = &gardencorev1beta1.SeedSelector{LabelSelector: metav1.LabelSelector{MatchLabels: map[string]string{"a b": "c"}}}
		}, []string{"spec.seedSelector.matchLabels: Invalid"}},
	}, validation.Shoot)
}

func TestShootLists(t *testing.T) {
	reference := func(name, kind, object string) gardencorev1beta1.NamedResourceReference {
		return gardencorev1beta1.NamedResourceReference{Name: name, ResourceRef: autoscalingv1.CrossVersionObjectReference{APIVersion: "v1", Kind: kind, Name: object}}
	}
	resources := func(list ...gardencorev1beta1.NamedResourceReference) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Resources = list }
	}
	extensions := func(types ...string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			for _, name := range types {
				shoot.Spec.Extensions = append(shoot.Spec.Extensions, gardencorev1beta1.Extension{Type: name})
			}
		}
	}
	tolerations := func(list ...gardencorev1beta1.Toleration) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Tolerations = list }
	}
	receivers := func(list ...string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Monitoring = &gardencorev1beta1.Monitoring{Alerting: &gardencorev1beta1.Alerting{EmailReceivers: list}}
		}
	}
	run(t, map[string]row{
		"§2 resources: Secrets and ConfigMaps": {resources(reference("a", "Secret", "one"), reference("b", "ConfigMap", "two")), nil},
		"§2 resources: without name":           {resources(reference("", "Secret", "one")), []string{"spec.resources[0].name: Required"}},
		"§2 resources: two of one name":        {resources(reference("a", "Secret", "one"), reference("a", "Secret", "two")), []string{"spec.resources[1].name: Duplicate"}},
		"§2 resources: of another kind":        {resources(reference("a", "Pod", "one")), []string{"spec.resources[0].resourceRef: NotSupported"}},
		"§2 resources: to nothing": {resources(gardencorev1beta1.NamedResourceReference{Name: "a"}), []string{
			"spec.resources[0].resourceRef.apiVersion: Required", "spec.resources[0].resourceRef.kind: Required",
			"spec.resources[0].resourceRef.name: Required", "spec.resources[0].resourceRef: NotSupported",
		}},
		"§2 extensions: two types":         {extensions("shoot-dns-service", "shoot-cert-service"), nil},
		"§2 extensions: without type":      {extensions(""), []string{"spec.extensions[0].type: Required"}},
		"§2 extensions: one type twice":    {extensions("a", "a"), []string{"spec.extensions[1].type: Duplicate"}},
		"§2 extensions: a type is a label": {extensions("A_B"), []string{"spec.extensions[0].type: Invalid"}},
		"§2 tolerations: by key":           {tolerations(gardencorev1beta1.Toleration{Key: "seed.gardener.cloud/protected"}), nil},
		"§2 tolerations: by key and value": {tolerations(gardencorev1beta1.Toleration{Key: "a", Value: new("b")}, gardencorev1beta1.Toleration{Key: "a", Value: new("c")}), nil},
		"§2 tolerations: without key":      {tolerations(gardencorev1beta1.Toleration{}), []string{"spec.tolerations[0].key: Required"}},
		"§2 tolerations: one key twice":    {tolerations(gardencorev1beta1.Toleration{Key: "a"}, gardencorev1beta1.Toleration{Key: "a"}), []string{"spec.tolerations[1]: Duplicate"}},
		"§2 tolerations: a key and its value": {tolerations(gardencorev1beta1.Toleration{Key: "a"}, gardencorev1beta1.Toleration{Key: "a", Value: new("b")}),
			[]string{"spec.tolerations[1]: Duplicate"}},
		"§2 tolerations: a value is that of a label": {tolerations(gardencorev1beta1.Toleration{Key: "a", Value: new("b c")}), []string{"spec.tolerations[0].value: Invalid"}},
		"§2 emailReceivers: addresses":               {receivers("jane@example.com", "joe@example.com"), nil},
		"§2 emailReceivers: no address":              {receivers("jane"), []string{"spec.monitoring.alerting.emailReceivers[0]: Invalid"}},
		"§2 emailReceivers: one twice":               {receivers("jane@example.com", "jane@example.com"), []string{"spec.monitoring.alerting.emailReceivers[1]: Duplicate"}},
	}, validation.Shoot)
}

func TestShootControlPlane(t *testing.T) {
	available := func(tolerance gardencorev1beta1.FailureToleranceType, zones ...string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.ControlPlane = &gardencorev1beta1.ControlPlane{Zones: zones}
			if tolerance != "" {
				shoot.Spec.ControlPlane.HighAvailability = &gardencorev1beta1.HighAvailability{FailureTolerance: gardencorev1beta1.FailureTolerance{Type: tolerance}}
			}
		}
	}
	zones := "spec.controlPlane.zones"
	run(t, map[string]row{
		"§5 failureTolerance: node":           {available("node"), nil},
		"§5 failureTolerance: zone":           {available("zone"), nil},
		"§5 failureTolerance: unknown":        {available("region"), []string{"spec.controlPlane.highAvailability.failureTolerance.type: NotSupported"}},
		"§5 zones: one without tolerance":     {available("", "a"), nil},
		"§5 zones: two without tolerance":     {available("", "a", "b"), []string{zones + ": Invalid"}},
		"§5 zones: two that tolerate nodes":   {available("node", "a", "b"), []string{zones + ": Invalid"}},
		"§5 zones: three that tolerate zones": {available("zone", "a", "b", "c"), nil},
		"§5 zones: one that tolerates zones":  {available("zone", "a"), []string{zones + ": Invalid"}},
		"§5 zones: one three times":           {available("zone", "a", "a", "a"), []string{zones + "[1]: Duplicate", zones + "[2]: Duplicate", zones + ": Invalid"}},
	}, validation.Shoot)
}

func TestShootSystemComponents(t *testing.T) {
	suffixes := func(list ...string) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.SystemComponents = &gardencorev1beta1.SystemComponents{CoreDNS: &gardencorev1beta1.CoreDNS{Rewriting: &gardencorev1beta1.CoreDNSRewriting{CommonSuffixes: list}}}
		}
	}
	path := "spec.systemComponents.coreDNS.rewriting.commonSuffixes"
	run(t, map[string]row{
		"§14 autoscaling: of CoreDNS": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.SystemComponents = &gardencorev1beta1.SystemComponents{CoreDNS: &gardencorev1beta1.CoreDNS{
				Autoscaling: &gardencorev1beta1.CoreDNSAutoscaling{Mode: gardencorev1beta1.CoreDNSAutoscalingModeClusterProportional},
			}}
		}, nil},
		"§14 autoscaling: of CoreDNS in an unknown way": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.SystemComponents = &gardencorev1beta1.SystemComponents{CoreDNS: &gardencorev1beta1.CoreDNS{Autoscaling: &gardencorev1beta1.CoreDNSAutoscaling{Mode: "vertical"}}}
		}, []string{"spec.systemComponents.coreDNS.autoscaling.mode: NotSupported"}},
		"§14 commonSuffixes: some":               {suffixes(".example.com", "example.org"), nil},
		"§14 commonSuffixes: without dot":        {suffixes("com"), []string{path + "[0]: Invalid"}},
		"§14 commonSuffixes: only a first dot":   {suffixes(".com"), []string{path + "[0]: Invalid"}},
		"§14 commonSuffixes: one in two ways":    {suffixes("example.com", ".example.com"), []string{path + "[1]: Duplicate"}},
		"§14 commonSuffixes: no name":            {suffixes("ex ample.com"), []string{path + "[0]: Invalid"}},
		"§14 commonSuffixes: more than are kept": {suffixes("a.a", "b.b", "c.c", "d.d", "e.e", "f.f"), []string{path + ": TooMany"}},
	}, validation.Shoot)
}

func TestShootWithoutWorkers(t *testing.T) {
	forbidden := func(paths ...string) []string {
		for i := range paths {
			paths[i] = "spec." + paths[i] + ": Forbidden"
		}
		return paths
	}
	raw := &runtime.RawExtension{Raw: []byte(`{}`)}
	for name, row := range map[string]row{
		"§15 ∅: credentialsBindingName": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.CredentialsBindingName = new("a") }, forbidden("credentialsBindingName")},
		"§15 ∅: secretBindingName":      {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.SecretBindingName = new("a") }, forbidden("secretBindingName")},
		"§15 ∅: addons":                 {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Addons = &gardencorev1beta1.Addons{} }, forbidden("addons")},
		"§15 ∅: systemComponents": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.SystemComponents = &gardencorev1beta1.SystemComponents{}
		}, forbidden("systemComponents")},
		"§15 ∅: provider": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.InfrastructureConfig, shoot.Spec.Provider.ControlPlaneConfig = raw, raw
			shoot.Spec.Provider.WorkersSettings = &gardencorev1beta1.WorkersSettings{}
		}, forbidden("provider.infrastructureConfig", "provider.controlPlaneConfig", "provider.workersSettings")},
		"§15 ∅: networking": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Networking.Type, shoot.Spec.Networking.ProviderConfig = new("calico"), raw
			shoot.Spec.Networking.Pods, shoot.Spec.Networking.Nodes = new("10.0.0.0/16"), new("10.1.0.0/16")
		}, forbidden("networking.type", "networking.providerConfig", "networking.pods", "networking.nodes")},
		"§15 ∅: components of nodes": {func(shoot *gardencorev1beta1.Shoot) {
			config := &shoot.Spec.Kubernetes
			config.KubeScheduler, config.KubeProxy, config.Kubelet = &gardencorev1beta1.KubeSchedulerConfig{}, &gardencorev1beta1.KubeProxyConfig{}, &gardencorev1beta1.KubeletConfig{}
			config.ClusterAutoscaler, config.VerticalPodAutoscaler = &gardencorev1beta1.ClusterAutoscaler{}, &gardencorev1beta1.VerticalPodAutoscaler{}
		}, forbidden("kubernetes.kubeScheduler", "kubernetes.kubeProxy", "kubernetes.kubelet", "kubernetes.clusterAutoscaler", "kubernetes.verticalPodAutoscaler")},
		"§15 ∅: settings of kube-controller-manager": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Kubernetes.KubeControllerManager = &gardencorev1beta1.KubeControllerManagerConfig{
				NodeCIDRMaskSize: new(int32(24)), NodeCIDRMaskSizeIPv6: new(int32(64)), PodEvictionTimeout: seconds(5), NodeMonitorGracePeriod: seconds(5),
				HorizontalPodAutoscalerConfig: &gardencorev1beta1.HorizontalPodAutoscalerConfig{},
			}
		}, forbidden("kubernetes.kubeControllerManager.nodeCIDRMaskSize", "kubernetes.kubeControllerManager.nodeCIDRMaskSizeIPv6",
			"kubernetes.kubeControllerManager.horizontalPodAutoscaler", "kubernetes.kubeControllerManager.podEvictionTimeout",
			"kubernetes.kubeControllerManager.nodeMonitorGracePeriod")},
		"§15 ∅: machine images and SSH keys in maintenance": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Maintenance.AutoUpdate = &gardencorev1beta1.MaintenanceAutoUpdate{MachineImageVersion: new(true)}
			shoot.Spec.Maintenance.AutoRotation = &gardencorev1beta1.MaintenanceAutoRotation{
				Credentials: &gardencorev1beta1.MaintenanceCredentialsAutoRotation{SSHKeypair: &gardencorev1beta1.MaintenanceRotationConfig{}},
			}
		}, forbidden("maintenance.autoUpdate.machineImageVersion", "maintenance.autoRotation.credentials.sshKeypair")},
		"§15 services: allowed": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Networking.Services = new("10.0.0.0/16") }, nil},
		"§10 runtimeConfig: APIs of nodes can be switched off": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.RuntimeConfig = map[string]bool{"apps/v1": false}
		}), nil},
		"§10 runtimeConfig: RBAC cannot": {apiServer(func(config *gardencorev1beta1.KubeAPIServerConfig) {
			config.RuntimeConfig = map[string]bool{"rbac.authorization.k8s.io/v1": false}
		}), []string{"spec.kubernetes.kubeAPIServer.runtimeConfig[rbac.authorization.k8s.io/v1]: Forbidden"}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, validation.Shoot(workerless(row.change)), row.want) })
	}
}

func TestShootProviderConfigs(t *testing.T) {
	raw := func(apiVersion string) *runtime.RawExtension {
		return &runtime.RawExtension{Raw: []byte(`{"apiVersion":"` + apiVersion + `","kind":"Config"}`)}
	}
	internal := raw("aws.provider.extensions.gardener.cloud/__internal")
	everywhere := func(config *runtime.RawExtension) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.InfrastructureConfig, shoot.Spec.Provider.ControlPlaneConfig, shoot.Spec.Networking.ProviderConfig = config, config, config
			worker := &shoot.Spec.Provider.Workers[0]
			worker.ProviderConfig, worker.Machine.Image.ProviderConfig = config, config
			worker.CRI.ContainerRuntimes = []gardencorev1beta1.ContainerRuntime{{Type: "gvisor", ProviderConfig: config}}
		}
	}
	run(t, map[string]row{
		"§17 providerConfig: of a published version": {everywhere(raw("aws.provider.extensions.gardener.cloud/v1alpha1")), nil},
		"§17 providerConfig: of the internal version": {everywhere(internal), []string{
			"spec.provider.infrastructureConfig: Invalid", "spec.provider.controlPlaneConfig: Invalid",
			"spec.networking.providerConfig: Invalid", "spec.provider.workers[0].providerConfig: Invalid",
			"spec.provider.workers[0].machine.image.providerConfig: Invalid",
			"spec.provider.workers[0].cri.containerRuntimes[0].providerConfig: Invalid",
		}},
		"§17 providerConfig: what cannot be read is no business of this": {everywhere(&runtime.RawExtension{Raw: []byte(`[`)}), nil},
	}, validation.Shoot)
}

func TestShootCreate(t *testing.T) {
	run(t, map[string]row{
		"§2 finalizers: those of controllers": {func(shoot *gardencorev1beta1.Shoot) { shoot.Finalizers = []string{"example.com/own", "gardener"} },
			[]string{"metadata.finalizers[1]: Forbidden"}},
		"§28 force deletion: not when it is created": {annotate("confirmation.gardener.cloud/force-deletion", "true"), []string{
			"metadata.annotations[confirmation.gardener.cloud/force-deletion]: Forbidden",
			"metadata.annotations[confirmation.gardener.cloud/force-deletion]: Forbidden",
		}},
		"§19 updateStrategy: in place is not offered": {first(func(worker *gardencorev1beta1.Worker) {
			worker.UpdateStrategy = new(gardencorev1beta1.AutoInPlaceUpdate)
		}), []string{"spec.provider.workers[0].updateStrategy: Invalid"}},
		"§2 name: nothing is too long by itself": {func(shoot *gardencorev1beta1.Shoot) { shoot.Name = strings.Repeat("a", 60) }, nil},
	}, validation.ShootCreate)
}
