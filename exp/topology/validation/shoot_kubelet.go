// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	minPodPIDs                = 100
	minContainerLogFiles      = 2
	minStreamingIdle          = 30 * time.Second
	maxStreamingIdle          = 4 * time.Hour
	minParallelImagePulls     = 1
	gateNodeSwap              = "NodeSwap"
	gateEnsureSecretsOfImages = "KubeletEnsureSecretPulledImages"
)

// kubelet checks the settings of kubelets, of all or of one pool.
func kubelet(config *gardencorev1beta1.KubeletConfig, version kubernetesVersion, path *field.Path) field.ErrorList {
	out := join(
		featureGates(config.FeatureGates, version, path.Child("featureGates")),
		oneOf(config.CPUManagerPolicy, path.Child("cpuManagerPolicy"), "none", "static"),
		kubeletNumbers(config, path),
		kubeletEviction(config, path),
		kubeletImages(config, version, path),
	)
	if size := config.ContainerLogMaxSize; size != nil {
		out = append(out, quantity("containerLogMaxSize", *size, path.Child("containerLogMaxSize"))...)
	}
	if reserved := config.KubeReserved; reserved != nil {
		own := path.Child("kubeReserved")
		out = append(out, optionalQuantity(corev1.ResourceCPU, reserved.CPU, own.Child("cpu"))...)
		out = append(out, optionalQuantity(corev1.ResourceMemory, reserved.Memory, own.Child("memory"))...)
		out = append(out, optionalQuantity(corev1.ResourceEphemeralStorage, reserved.EphemeralStorage, own.Child("ephemeralStorage"))...)
		out = append(out, optionalQuantity("pid", reserved.PID, own.Child("pid"))...)
	}
	if idle := config.StreamingConnectionIdleTimeout; idle != nil && (idle.Duration < minStreamingIdle || idle.Duration > maxStreamingIdle) {
		out = append(out, field.Invalid(path.Child("streamingConnectionIdleTimeout"), idle.Duration.String(), "must be between 30s and 4h"))
	}
	return append(out, memorySwap(config, path.Child("memorySwap"))...)
}

func kubeletNumbers(config *gardencorev1beta1.KubeletConfig, path *field.Path) field.ErrorList {
	out := join(
		nonNegative(config.MaxPods, path.Child("maxPods")),
		nonNegative(config.EvictionMaxPodGracePeriod, path.Child("evictionMaxPodGracePeriod")),
		nonNegative(config.RegistryPullQPS, path.Child("registryPullQPS")),
		nonNegative(config.RegistryBurst, path.Child("registryBurst")),
		nonNegativeDurations(path,
			duration{"evictionPressureTransitionPeriod", config.EvictionPressureTransitionPeriod},
			duration{"imageMinimumGCAge", config.ImageMinimumGCAge}, duration{"imageMaximumGCAge", config.ImageMaximumGCAge}),
		within(config.ImageGCHighThresholdPercent, 0, 100, path.Child("imageGCHighThresholdPercent"), "must be between 0 and 100"),
		within(config.ImageGCLowThresholdPercent, 0, 100, path.Child("imageGCLowThresholdPercent"), "must be between 0 and 100"),
	)
	if limit := config.PodPIDsLimit; limit != nil && *limit < minPodPIDs {
		out = append(out, field.Invalid(path.Child("podPidsLimit"), *limit, fmt.Sprintf("must be at least %d", minPodPIDs)))
	}
	if files := config.ContainerLogMaxFiles; files != nil && *files < minContainerLogFiles {
		out = append(out, field.Invalid(path.Child("containerLogMaxFiles"), *files, fmt.Sprintf("must be at least %d", minContainerLogFiles)))
	}
	low, high := config.ImageGCLowThresholdPercent, config.ImageGCHighThresholdPercent
	if low != nil && high != nil && *low >= *high {
		out = append(out, field.Forbidden(path.Child("imageGCLowThresholdPercent"), "must be less than imageGCHighThresholdPercent"))
	}
	return out
}

func memorySwap(config *gardencorev1beta1.KubeletConfig, path *field.Path) field.ErrorList {
	if config.MemorySwap == nil {
		return nil
	}
	var out field.ErrorList
	if deref(config.FailSwapOn) {
		out = append(out, field.Forbidden(path, "has no effect where failSwapOn is true; set that to false"))
	}
	if behavior := config.MemorySwap.SwapBehavior; behavior != nil {
		if !config.FeatureGates[gateNodeSwap] {
			out = append(out, field.Forbidden(path, "needs the feature gate "+gateNodeSwap+"; switch it on"))
		}
		out = append(out, oneOf(behavior, path.Child("swapBehavior"), gardencorev1beta1.NoSwap, gardencorev1beta1.LimitedSwap)...)
	}
	return out
}

// kubeletImages checks how images are pulled.
func kubeletImages(config *gardencorev1beta1.KubeletConfig, version kubernetesVersion, path *field.Path) field.ErrorList {
	var out field.ErrorList
	if parallel := config.MaxParallelImagePulls; parallel != nil {
		own := path.Child("maxParallelImagePulls")
		if *parallel < minParallelImagePulls {
			out = append(out, field.Invalid(own, *parallel, "must be at least 1"))
		}
		if deref(config.SerializeImagePulls) && *parallel > 1 {
			out = append(out, field.Forbidden(own, "must not be more than 1 where serializeImagePulls is true"))
		}
	}
	policy := config.ImagePullCredentialsVerificationPolicy
	if policy != nil {
		own := path.Child("imagePullCredentialsVerificationPolicy")
		if version.before(35) {
			out = append(out, field.Forbidden(own, "needs Kubernetes 1.35"))
		}
		if enabled, said := config.FeatureGates[gateEnsureSecretsOfImages]; said && !enabled {
			out = append(out, field.Forbidden(own, "needs the feature gate "+gateEnsureSecretsOfImages+", which is switched off"))
		}
		out = append(out, oneOf(policy, own, gardencorev1beta1.NeverVerify, gardencorev1beta1.NeverVerifyPreloadedImages,
			gardencorev1beta1.NeverVerifyAllowlistedImages, gardencorev1beta1.AlwaysVerify)...)
	}
	if config.PreloadedImagesVerificationAllowlist == nil {
		return out
	}
	own := path.Child("preloadedImagesVerificationAllowlist")
	if deref(policy) != gardencorev1beta1.NeverVerifyAllowlistedImages {
		return append(out, field.Forbidden(own, "has an effect only where imagePullCredentialsVerificationPolicy is NeverVerifyAllowlistedImages"))
	}
	for i, pattern := range config.PreloadedImagesVerificationAllowlist {
		if detail := imagePattern(pattern); detail != "" {
			out = append(out, field.Invalid(own.Index(i), pattern, detail))
		}
	}
	return out
}

// imageName is the name of an image without tag and digest: a host and a path in lower case, or a path.
var imageName = regexp.MustCompile(`^([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$`)

// imagePattern returns what is wrong with the name of an image, or of a folder of images that ends in /*.
func imagePattern(pattern string) string {
	folder, isFolder := strings.CutSuffix(pattern, "/*")
	switch {
	case pattern != strings.TrimSpace(pattern):
		return "must not begin or end with a space"
	case strings.Contains(folder, "*"):
		return "must have * only at its end, after a slash"
	case isFolder && folder == "":
		return "must name at least a registry before /*"
	case !isFolder && !imageName.MatchString(pattern):
		return "must be the name of an image without tag and digest, or end in /*"
	default:
		return ""
	}
}

// kubeletEviction checks when pods are evicted.
func kubeletEviction(config *gardencorev1beta1.KubeletConfig, path *field.Path) field.ErrorList {
	out := join(thresholds(config.EvictionHard, path.Child("evictionHard")), thresholds(config.EvictionSoft, path.Child("evictionSoft")))
	if reclaim := config.EvictionMinimumReclaim; reclaim != nil {
		own := path.Child("evictionMinimumReclaim")
		for _, one := range []struct {
			name  string
			value *resource.Quantity
		}{
			{"memoryAvailable", reclaim.MemoryAvailable}, {"imageFSAvailable", reclaim.ImageFSAvailable},
			{"imageFSInodesFree", reclaim.ImageFSInodesFree}, {"nodeFSAvailable", reclaim.NodeFSAvailable},
			{"nodeFSInodesFree", reclaim.NodeFSInodesFree},
		} {
			out = append(out, optionalQuantity(corev1.ResourceName(one.name), one.value, own.Child(one.name))...)
		}
	}
	if grace := config.EvictionSoftGracePeriod; grace != nil {
		out = append(out, nonNegativeDurations(path.Child("evictionSoftGracePeriod"),
			duration{"memoryAvailable", grace.MemoryAvailable}, duration{"imageFSAvailable", grace.ImageFSAvailable},
			duration{"imageFSInodesFree", grace.ImageFSInodesFree}, duration{"nodeFSAvailable", grace.NodeFSAvailable},
			duration{"nodeFSInodesFree", grace.NodeFSInodesFree})...)
	}
	return out
}

func thresholds(eviction *gardencorev1beta1.KubeletConfigEviction, path *field.Path) field.ErrorList {
	if eviction == nil {
		return nil
	}
	var out field.ErrorList
	for _, one := range []struct {
		name  string
		value *string
	}{
		{"memoryAvailable", eviction.MemoryAvailable}, {"imageFSAvailable", eviction.ImageFSAvailable},
		{"imageFSInodesFree", eviction.ImageFSInodesFree}, {"nodeFSAvailable", eviction.NodeFSAvailable},
		{"nodeFSInodesFree", eviction.NodeFSInodesFree},
	} {
		if one.value != nil && !isQuantityOrPercent(*one.value) {
			out = append(out, field.Invalid(path.Child(one.name), *one.value, "must be an amount such as 200Mi or a percentage such as 5%"))
		}
	}
	return out
}

func isQuantityOrPercent(value string) bool {
	if amount, err := resource.ParseQuantity(value); err == nil && amount.Sign() >= 0 {
		return true
	}
	if len(validation.IsValidPercent(value)) > 0 {
		return false
	}
	percent, err := strconv.Atoi(strings.TrimSuffix(value, "%"))
	return err == nil && percent <= 100
}
