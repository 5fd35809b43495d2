// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"strconv"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/features"
)

// kubernetes checks the settings of the components of a cluster.
func kubernetes(spec *gardencorev1beta1.ShootSpec, version kubernetesVersion, workerless bool, except exceptions) field.ErrorList {
	path, config := specPath.Child("kubernetes"), &spec.Kubernetes
	if config.Version == "" {
		return field.ErrorList{field.Required(path.Child("version"), "name a version of the CloudProfile")}
	}
	var out field.ErrorList
	if version.parsed == nil {
		out = append(out, field.Invalid(path.Child("version"), config.Version, "must be a version such as 1.36.2"))
	}
	if config.ETCD != nil {
		out = append(out, etcd(config.ETCD.Main, "300M", path.Child("etcd", "main"))...)
		out = append(out, etcd(config.ETCD.Events, "60M", path.Child("etcd", "events"))...)
	}
	out = append(out, kubeAPIServer(spec, version, workerless, except, path.Child("kubeAPIServer"))...)
	out = append(out, kubeControllerManager(spec, version, workerless, path.Child("kubeControllerManager"))...)
	if workerless {
		return append(out, nodeComponents(config, path)...)
	}
	if config.Kubelet != nil {
		out = append(out, kubelet(config.Kubelet, version, path.Child("kubelet"))...)
	}
	return join(out,
		kubeScheduler(config.KubeScheduler, version, path.Child("kubeScheduler")),
		kubeProxy(config.KubeProxy, version, path.Child("kubeProxy")),
		clusterAutoscaler(config.ClusterAutoscaler, version, path.Child("clusterAutoscaler")),
		verticalPodAutoscaler(config.VerticalPodAutoscaler, path.Child("verticalPodAutoscaler")),
	)
}

func etcd(config *gardencorev1beta1.ETCDConfig, memory string, path *field.Path) field.ErrorList {
	if config == nil {
		return nil
	}
	return minAllowed(config.Autoscaling, corev1.ResourceList{corev1.ResourceMemory: resource.MustParse(memory)}, path.Child("autoscaling"))
}

// nodeComponents refuses settings of what runs only where there are nodes, section 15.
func nodeComponents(config *gardencorev1beta1.Kubernetes, path *field.Path) field.ErrorList {
	return forbid(path, workerlessDetail,
		setting{"kubeScheduler", config.KubeScheduler != nil}, setting{"kubeProxy", config.KubeProxy != nil},
		setting{"kubelet", config.Kubelet != nil}, setting{"clusterAutoscaler", config.ClusterAutoscaler != nil},
		setting{"verticalPodAutoscaler", config.VerticalPodAutoscaler != nil})
}

// featureGates checks that a component of this version knows its feature gates and can switch them.
func featureGates(gates map[string]bool, version kubernetesVersion, path *field.Path) field.ErrorList {
	minor, known := version.minor()
	if !known {
		return nil
	}
	var out field.ErrorList
	for _, name := range sorted(gates) {
		gate, exists := features.FeatureGate(name)
		switch {
		case !exists:
			out = append(out, field.Invalid(path.Child(name), name, "no Kubernetes version has a feature gate of this name; look for a misspelling"))
		case !gate.Contains(minor):
			out = append(out, field.Forbidden(path.Child(name), fmt.Sprintf("is a feature gate of %s; remove it", gate.Range)))
		case gate.LockedIn(minor) && gates[name] != gate.Value:
			out = append(out, field.Forbidden(path.Child(name), fmt.Sprintf("is locked to %t from Kubernetes %s on; remove it", gate.Value, gate.Locked)))
		}
	}
	return out
}

func kubeControllerManager(spec *gardencorev1beta1.ShootSpec, version kubernetesVersion, workerless bool, path *field.Path) field.ErrorList {
	config := spec.Kubernetes.KubeControllerManager
	if config == nil {
		return nil
	}
	out := featureGates(config.FeatureGates, version, path.Child("featureGates"))
	if workerless {
		return append(out, forbid(path, workerlessDetail,
			setting{"nodeCIDRMaskSize", config.NodeCIDRMaskSize != nil}, setting{"nodeCIDRMaskSizeIPv6", config.NodeCIDRMaskSizeIPv6 != nil},
			setting{"horizontalPodAutoscaler", config.HorizontalPodAutoscalerConfig != nil},
			setting{"podEvictionTimeout", config.PodEvictionTimeout != nil},
			setting{"nodeMonitorGracePeriod", config.NodeMonitorGracePeriod != nil})...)
	}
	switch timeout := config.PodEvictionTimeout; {
	case timeout == nil:
	case version.atLeast(33):
		out = append(out, field.Forbidden(path.Child("podEvictionTimeout"), "is gone from Kubernetes 1.33 on; remove it"))
	case timeout.Duration <= 0:
		out = append(out, field.Invalid(path.Child("podEvictionTimeout"), timeout.Duration.String(), "must be longer than 0"))
	}
	if period := config.NodeMonitorGracePeriod; period != nil && period.Duration <= 0 {
		out = append(out, field.Invalid(path.Child("nodeMonitorGracePeriod"), period.Duration.String(), "must be longer than 0"))
	}
	return join(out, nodeMasks(spec, path), horizontalPodAutoscaler(config.HorizontalPodAutoscalerConfig, path.Child("horizontalPodAutoscaler")))
}

// nodeMasks checks the prefix lengths of the pods of a node, section 16.
func nodeMasks(spec *gardencorev1beta1.ShootSpec, path *field.Path) field.ErrorList {
	config := spec.Kubernetes.KubeControllerManager
	if spec.Networking == nil {
		return nil
	}
	maskPath, maskPathIPv6 := path.Child("nodeCIDRMaskSize"), path.Child("nodeCIDRMaskSizeIPv6")
	onlyIPv4 := gardencorev1beta1.IsIPv4SingleStack(spec.Networking.IPFamilies)
	onlyIPv6 := gardencorev1beta1.IsIPv6SingleStack(spec.Networking.IPFamilies)
	var out field.ErrorList
	if mask := config.NodeCIDRMaskSize; mask != nil {
		switch {
		case onlyIPv6 && config.NodeCIDRMaskSizeIPv6 != nil:
			out = append(out, field.Forbidden(maskPath, "must not be set beside nodeCIDRMaskSizeIPv6 where pods have one family; keep one"))
			fallthrough
		case onlyIPv6:
			out = append(out, within(mask, cidr.MinNodeMaskIPv6, cidr.MaxNodeMaskIPv6, maskPath, "must be between 64 and 124 for IPv6")...)
		case onlyIPv4:
			out = append(out, within(mask, cidr.MinNodeMask, cidr.MaxNodeMask, maskPath, "must be between 16 and 28")...)
		}
		maxPods := cidr.MaxPods(spec)
		if room := cidr.Addresses(*mask, onlyIPv6); room < int64(maxPods) {
			out = append(out, field.Invalid(maskPath, *mask, fmt.Sprintf(
				"has room for %d pods on a node, and kubelets may run %d; choose %d or less, or lower maxPods", room, maxPods, cidr.NodeMask(maxPods))))
		}
	}
	if mask := config.NodeCIDRMaskSizeIPv6; mask != nil {
		if onlyIPv4 {
			return append(out, field.Forbidden(maskPathIPv6, "must not be set where pods have no IPv6 addresses; remove it"))
		}
		out = append(out, within(mask, cidr.MinNodeMaskIPv6, cidr.MaxNodeMaskIPv6, maskPathIPv6, "must be between 64 and 124")...)
	}
	return out
}

func horizontalPodAutoscaler(config *gardencorev1beta1.HorizontalPodAutoscalerConfig, path *field.Path) field.ErrorList {
	if config == nil {
		return nil
	}
	var out field.ErrorList
	for _, one := range []duration{
		{"syncPeriod", config.SyncPeriod},
		{"downscaleStabilization", config.DownscaleStabilization},
		{"cpuInitializationPeriod", config.CPUInitializationPeriod},
	} {
		if one.value != nil && one.value.Duration < time.Second {
			out = append(out, field.Invalid(path.Child(one.name), one.value.Duration.String(), "must be at least a second"))
		}
	}
	if delay := config.InitialReadinessDelay; delay != nil && delay.Duration <= 0 {
		out = append(out, field.Invalid(path.Child("initialReadinessDelay"), delay.Duration.String(), "must be longer than 0"))
	}
	if tolerance := config.Tolerance; tolerance != nil && *tolerance <= 0 {
		out = append(out, field.Invalid(path.Child("tolerance"), *tolerance, "must be greater than 0"))
	}
	return out
}

func kubeScheduler(config *gardencorev1beta1.KubeSchedulerConfig, version kubernetesVersion, path *field.Path) field.ErrorList {
	if config == nil {
		return nil
	}
	out := join(
		oneOf(config.Profile, path.Child("profile"), gardencorev1beta1.SchedulingProfileBalanced, gardencorev1beta1.SchedulingProfileBinPacking),
		featureGates(config.FeatureGates, version, path.Child("featureGates")),
	)
	if config.KubeMaxPDVols == nil {
		return out
	}
	if version.atLeast(35) {
		return append(out, field.Forbidden(path.Child("kubeMaxPDVols"), "is gone from Kubernetes 1.35 on; remove it"))
	}
	if number, err := strconv.Atoi(*config.KubeMaxPDVols); err != nil || number < 1 {
		out = append(out, field.Invalid(path.Child("kubeMaxPDVols"), *config.KubeMaxPDVols, "must be a number greater than 0"))
	}
	return out
}

func kubeProxy(config *gardencorev1beta1.KubeProxyConfig, version kubernetesVersion, path *field.Path) field.ErrorList {
	if config == nil {
		return nil
	}
	out := featureGates(config.FeatureGates, version, path.Child("featureGates"))
	if config.Mode == nil {
		return append(out, field.Required(path.Child("mode"), "choose IPTables, IPVS or NFTables"))
	}
	out = append(out, oneOf(config.Mode, path.Child("mode"),
		gardencorev1beta1.ProxyModeIPTables, gardencorev1beta1.ProxyModeIPVS, gardencorev1beta1.ProxyModeNFTables)...)
	if enabled, said := config.FeatureGates["NFTablesProxyMode"]; *config.Mode == gardencorev1beta1.ProxyModeNFTables && said && !enabled {
		out = append(out, field.Invalid(path.Child("mode"), *config.Mode, "needs the feature gate NFTablesProxyMode, which is switched off"))
	}
	return out
}
