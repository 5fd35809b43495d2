// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// scalable are the resources of a component that can be bounded.
var scalable = []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory}

// minAllowed checks the least that a component of the control plane gets, and that it is not too little to live on.
func minAllowed(autoscaling *gardencorev1beta1.ControlPlaneAutoscaling, least corev1.ResourceList, path *field.Path) field.ErrorList {
	if autoscaling == nil {
		return nil
	}
	path = path.Child("minAllowed")
	if len(autoscaling.MinAllowed) == 0 {
		return field.ErrorList{field.Required(path, "set cpu or memory, or remove autoscaling")}
	}
	out := scalableResources(autoscaling.MinAllowed, path)
	for _, name := range sorted(autoscaling.MinAllowed) {
		amount := autoscaling.MinAllowed[name]
		if bound, bounded := least[name]; bounded && amount.Cmp(bound) < 0 {
			out = append(out, field.Invalid(path.Child(string(name)), amount.String(), fmt.Sprintf("must be at least %s", bound.String())))
		}
	}
	return out
}

func scalableResources(resources corev1.ResourceList, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for _, name := range sorted(resources) {
		out = append(out, oneOf(&name, path.Child(string(name)), slices.Clone(scalable)...)...)
		out = append(out, quantity(name, resources[name], path.Child(string(name)))...)
	}
	return out
}

// clusterAutoscaler checks section 22.
func clusterAutoscaler(config *gardencorev1beta1.ClusterAutoscaler, version kubernetesVersion, path *field.Path) field.ErrorList {
	if config == nil {
		return nil
	}
	out := join(
		nonNegativeDurations(path,
			duration{"scaleDownDelayAfterAdd", config.ScaleDownDelayAfterAdd}, duration{"scaleDownDelayAfterDelete", config.ScaleDownDelayAfterDelete},
			duration{"scaleDownDelayAfterFailure", config.ScaleDownDelayAfterFailure}, duration{"scaleDownUnneededTime", config.ScaleDownUnneededTime},
			duration{"scanInterval", config.ScanInterval}, duration{"maxNodeProvisionTime", config.MaxNodeProvisionTime},
			duration{"newPodScaleUpDelay", config.NewPodScaleUpDelay},
			duration{"initialNodeGroupBackoffDuration", config.InitialNodeGroupBackoffDuration},
			duration{"maxNodeGroupBackoffDuration", config.MaxNodeGroupBackoffDuration},
			duration{"nodeGroupBackoffResetTimeout", config.NodeGroupBackoffResetTimeout}, duration{"maxBinpackingTime", config.MaxBinpackingTime}),
		within(config.ScaleDownUtilizationThreshold, 0, 1, path.Child("scaleDownUtilizationThreshold"), "must be between 0 and 1"),
		nonNegative(config.MaxGracefulTerminationSeconds, path.Child("maxGracefulTerminationSeconds")),
		nonNegative(config.MaxScaleDownParallelism, path.Child("maxScaleDownParallelism")),
		nonNegative(config.MaxDrainParallelism, path.Child("maxDrainParallelism")),
		nonNegative(config.Verbosity, path.Child("verbosity")),
		autoscalerTaints(config.StartupTaints, path.Child("startupTaints")),
		autoscalerTaints(config.StatusTaints, path.Child("statusTaints")),
		autoscalerTaints(config.IgnoreTaints, path.Child("ignoreTaints")),
		minAllowed(config.Autoscaling, corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("30M"),
		}, path.Child("autoscaling")),
	)
	if config.IgnoreTaints != nil && version.atLeast(32) {
		out = append(out, field.Forbidden(path.Child("ignoreTaints"), "is gone from Kubernetes 1.32 on; use startupTaints and statusTaints"))
	}
	if config.Expander != nil {
		for mode := range strings.SplitSeq(string(*config.Expander), ",") {
			mode := gardencorev1beta1.ExpanderMode(mode)
			out = append(out, oneOf(&mode, path.Child("expander"), gardencorev1beta1.ClusterAutoscalerExpanderLeastWaste,
				gardencorev1beta1.ClusterAutoscalerExpanderMostPods, gardencorev1beta1.ClusterAutoscalerExpanderPriority,
				gardencorev1beta1.ClusterAutoscalerExpanderRandom, gardencorev1beta1.ClusterAutoscalerExpanderLeastNodes)...)
		}
	}
	return append(out, emptyBulkDelete(config, version, path.Child("maxEmptyBulkDelete"))...)
}

func emptyBulkDelete(config *gardencorev1beta1.ClusterAutoscaler, version kubernetesVersion, path *field.Path) field.ErrorList {
	if config.MaxEmptyBulkDelete == nil {
		return nil
	}
	out := nonNegative(config.MaxEmptyBulkDelete, path)
	if version.atLeast(33) {
		out = append(out, field.Forbidden(path, "is gone from Kubernetes 1.33 on; use maxScaleDownParallelism"))
	}
	if parallel := config.MaxScaleDownParallelism; parallel != nil && *parallel != *config.MaxEmptyBulkDelete {
		out = append(out, field.Invalid(path, *config.MaxEmptyBulkDelete, "must be the same as maxScaleDownParallelism; remove it"))
	}
	return out
}

// reservedTaint keeps pods away until a node is complete.
const reservedTaint = v1beta1constants.TaintNodeCriticalComponentsNotReady

func autoscalerTaints(taints []string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	keys := unique[string]{}
	for i, taint := range taints {
		out = append(out, metav1validation.ValidateLabelName(taint, path.Index(i))...)
		if taint == reservedTaint {
			out = append(out, field.Forbidden(path.Index(i), "is set and removed by controllers"))
		}
		if keys.seen(taint) {
			out = append(out, field.Duplicate(path.Index(i), taint))
		}
	}
	return out
}

// vpaFeatureGates are the feature gates of the vertical pod autoscaler.
var vpaFeatureGates = sets.New("CPUStartupBoost", "InPlace", "PerVPAConfig")

// verticalPodAutoscaler checks section 23.
func verticalPodAutoscaler(config *gardencorev1beta1.VerticalPodAutoscaler, path *field.Path) field.ErrorList {
	if config == nil {
		return nil
	}
	out := join(
		nonNegativeDurations(path,
			duration{"evictAfterOOMThreshold", config.EvictAfterOOMThreshold}, duration{"updaterInterval", config.UpdaterInterval},
			duration{"recommenderInterval", config.RecommenderInterval}, duration{"cpuHistogramDecayHalfLife", config.CPUHistogramDecayHalfLife},
			duration{"memoryHistogramDecayHalfLife", config.MemoryHistogramDecayHalfLife},
			duration{"memoryAggregationInterval", config.MemoryAggregationInterval}),
		nonNegative(config.EvictionRateBurst, path.Child("evictionRateBurst")),
		nonNegative(config.MemoryAggregationIntervalCount, path.Child("memoryAggregationIntervalCount")),
		vpaGates(config.FeatureGates, path.Child("featureGates")),
		scalableResources(config.MaxAllowed, path.Child("maxAllowed")),
	)
	for _, one := range []struct {
		name  string
		value *float64
	}{
		{"targetCPUPercentile", config.TargetCPUPercentile}, {"targetMemoryPercentile", config.TargetMemoryPercentile},
		{"recommendationLowerBoundCPUPercentile", config.RecommendationLowerBoundCPUPercentile},
		{"recommendationUpperBoundCPUPercentile", config.RecommendationUpperBoundCPUPercentile},
		{"recommendationLowerBoundMemoryPercentile", config.RecommendationLowerBoundMemoryPercentile},
		{"recommendationUpperBoundMemoryPercentile", config.RecommendationUpperBoundMemoryPercentile},
	} {
		out = append(out, within(one.value, 0, 1, path.Child(one.name), "must be between 0 and 1")...)
	}
	for _, one := range []struct {
		name  string
		value *float64
	}{{"evictionTolerance", config.EvictionTolerance}, {"recommendationMarginFraction", config.RecommendationMarginFraction}} {
		if one.value != nil && (*one.value < 0 || *one.value >= 1) {
			out = append(out, field.Invalid(path.Child(one.name), *one.value, "must be at least 0 and less than 1"))
		}
	}
	if count := config.RecommenderUpdateWorkerCount; count != nil && *count <= 0 {
		out = append(out, field.Invalid(path.Child("recommenderUpdateWorkerCount"), *count, "must be greater than 0"))
	}
	return out
}

func vpaGates(gates map[string]bool, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for _, name := range sorted(gates) {
		if !vpaFeatureGates.Has(name) {
			out = append(out, field.Invalid(path.Child(name), name,
				"is no feature gate of the vertical pod autoscaler, which has "+strings.Join(sets.List(vpaFeatureGates), ", ")))
		}
	}
	return out
}
