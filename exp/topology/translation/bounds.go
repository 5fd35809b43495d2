// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// bound is what an API of this project allows of a number, where Gardener allows more. It is checked here so that a user is told
// by the field of his Shoot, and not by that of an object that he cannot read.
type bound struct {
	path        string
	value       *int32
	least, most int32
}

const (
	hour = 60 * 60
	day  = 24 * hour
)

func (t *translator) checkBounds(under *field.Path, bounds []bound) {
	for _, b := range bounds {
		if b.value != nil && (*b.value < b.least || *b.value > b.most) {
			t.refuse(field.Invalid(under.Child(b.path), *b.value, fmt.Sprintf("must be between %d and %d (seconds, where it is a time)", b.least, b.most)))
		}
	}
}

func (t *translator) checkControllerManager(out controlplanev1.ControllerManagerSpec) {
	path := field.NewPath("spec", "kubernetes", "kubeControllerManager")
	t.checkBounds(path, []bound{
		{"nodeCIDRMaskSize", out.NodeCIDRMaskSize, 16, 28},
		{"nodeCIDRMaskSizeIPv6", out.NodeCIDRMaskSizeIPv6, 48, 120},
		{"nodeMonitorGracePeriod", out.NodeMonitorGracePeriodSeconds, 10, hour},
	})
	scaling := out.HorizontalPodAutoscaler
	t.checkBounds(path.Child("horizontalPodAutoscaler"), []bound{
		{"syncPeriod", scaling.SyncPeriodSeconds, 1, hour},
		{"downscaleStabilization", scaling.DownscaleStabilizationSeconds, 0, day},
		{"initialReadinessDelay", scaling.InitialReadinessDelaySeconds, 1, hour},
		{"cpuInitializationPeriod", scaling.CPUInitializationPeriodSeconds, 1, hour},
	})
}

func (t *translator) checkKubelet(out bootstrapv1.KubeletSpec, path *field.Path) {
	t.checkBounds(path, []bound{
		{"maxPods", out.MaxPods, 1, 5000},
		{"evictionPressureTransitionPeriod", out.EvictionPressureTransitionPeriodSeconds, 1, day},
		{"evictionMaxPodGracePeriod", out.EvictionMaxPodGracePeriodSeconds, 0, day},
		{"imageMinimumGCAge", out.ImageMinimumGCAgeSeconds, 1, 30 * day},
		{"imageMaximumGCAge", out.ImageMaximumGCAgeSeconds, 1, 365 * day},
		{"containerLogMaxFiles", out.ContainerLogMaxFiles, 2, 100},
		{"registryPullQPS", out.RegistryPullQPS, 0, 1000},
		{"registryBurst", out.RegistryBurst, 1, 1000},
		{"maxParallelImagePulls", out.MaxParallelImagePulls, 1, 1000},
		{"streamingConnectionIdleTimeout", out.StreamingConnectionIdleTimeoutSeconds, 30, 4 * hour},
	})
	grace := out.EvictionSoftGracePeriod
	t.checkBounds(path.Child("evictionSoftGracePeriod"), []bound{
		{"memoryAvailable", grace.MemoryAvailableSeconds, 1, day},
		{"imageFSAvailable", grace.ImageFSAvailableSeconds, 1, day},
		{"imageFSInodesFree", grace.ImageFSInodesFreeSeconds, 1, day},
		{"nodeFSAvailable", grace.NodeFSAvailableSeconds, 1, day},
		{"nodeFSInodesFree", grace.NodeFSInodesFreeSeconds, 1, day},
	})
}
