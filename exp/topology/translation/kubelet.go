// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"cmp"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/versions"
)

// nodeLocalDNSAddress is where a cache of DNS listens on every node.
const nodeLocalDNSAddress = "169.254.20.10"

// kubelet is what a pool says of its kubelets, or else what the Shoot says. A pool that says something takes nothing from the
// Shoot.
func (t *translator) kubelet(worker *gardencorev1beta1.Worker, path *field.Path) bootstrapv1.KubeletSpec {
	own := t.spec().Kubernetes.Kubelet
	at := field.NewPath("spec", "kubernetes", "kubelet")
	if worker.Kubernetes != nil && worker.Kubernetes.Kubelet != nil {
		own, at = worker.Kubernetes.Kubelet, path.Child("kubernetes", "kubelet")
	}
	out := kubelet(deref(own))
	out.CloudProvider = t.infrastructure.CloudProvider
	if t.infrastructure.SharedDisk {
		absolute(&out)
	}
	t.checkKubelet(out, at)
	t.checkRoom(worker, out.KubeReserved.Memory, path.Child("machine", "type"))
	if cache := deref(t.spec().SystemComponents).NodeLocalDNS; cache != nil && cache.Enabled {
		out.ClusterDNS = []string{nodeLocalDNSAddress}
	}
	return out
}

func kubelet(own gardencorev1beta1.KubeletConfig) bootstrapv1.KubeletSpec {
	out := bootstrapv1.KubeletSpec{
		MaxPods:                                 own.MaxPods,
		PodPIDsLimit:                            own.PodPIDsLimit,
		KubeReserved:                            bootstrapv1.ReservedResources(deref(own.KubeReserved)),
		EvictionHard:                            eviction(own.EvictionHard),
		EvictionSoft:                            eviction(own.EvictionSoft),
		EvictionSoftGracePeriod:                 periods(own.EvictionSoftGracePeriod),
		EvictionMinimumReclaim:                  reclaim(own.EvictionMinimumReclaim),
		EvictionPressureTransitionPeriodSeconds: positive(seconds(own.EvictionPressureTransitionPeriod)),
		EvictionMaxPodGracePeriodSeconds:        own.EvictionMaxPodGracePeriod,
		CPUCFSQuota:                             own.CPUCFSQuota,
		CPUManagerPolicy:                        deref(own.CPUManagerPolicy),
		FailSwapOn:                              own.FailSwapOn,
		MemorySwapBehavior:                      string(deref(deref(own.MemorySwap).SwapBehavior)),
		ImageGCHighThresholdPercent:             own.ImageGCHighThresholdPercent,
		ImageGCLowThresholdPercent:              own.ImageGCLowThresholdPercent,
		ImageMinimumGCAgeSeconds:                positive(seconds(own.ImageMinimumGCAge)),
		ImageMaximumGCAgeSeconds:                positive(seconds(own.ImageMaximumGCAge)),
		ContainerLogMaxSize:                     own.ContainerLogMaxSize,
		ContainerLogMaxFiles:                    own.ContainerLogMaxFiles,
		ProtectKernelDefaults:                   own.ProtectKernelDefaults,
		RegistryPullQPS:                         own.RegistryPullQPS,
		RegistryBurst:                           own.RegistryBurst,
		SerializeImagePulls:                     own.SerializeImagePulls,
		MaxParallelImagePulls:                   own.MaxParallelImagePulls,
		SeccompDefault:                          own.SeccompDefault,
		StreamingConnectionIdleTimeoutSeconds:   seconds(own.StreamingConnectionIdleTimeout),
		FeatureGates:                            own.FeatureGates,
	}
	if deref(out.MaxParallelImagePulls) > 1 && out.SerializeImagePulls == nil {
		out.SerializeImagePulls = new(false)
	}
	return out
}

// absolute makes machines short of disk when little is left of it, whatever share that is, unless the user says otherwise.
func absolute(kubelet *bootstrapv1.KubeletSpec) {
	const hard, soft = "1Gi", "2Gi"
	for _, one := range []struct {
		at   *bootstrapv1.EvictionAmount
		left bootstrapv1.EvictionAmount
	}{
		{&kubelet.EvictionHard.ImageFSAvailable, hard}, {&kubelet.EvictionHard.NodeFSAvailable, hard},
		{&kubelet.EvictionSoft.ImageFSAvailable, soft}, {&kubelet.EvictionSoft.NodeFSAvailable, soft},
	} {
		*one.at = cmp.Or(*one.at, one.left)
	}
}

// checkRoom refuses machines whose kubelets would keep all memory from pods. They would not start.
func (t *translator) checkRoom(worker *gardencorev1beta1.Worker, reserved *resource.Quantity, path *field.Path) {
	machineType := versions.FindMachineType(t.Profile.Spec.MachineTypes, worker.Machine.Type)
	if machineType == nil || reserved == nil || machineType.Memory.IsZero() || machineType.Memory.Cmp(*reserved) > 0 {
		return
	}
	t.refuse(field.Invalid(path, worker.Machine.Type, fmt.Sprintf("it has %s of memory, and kubelets keep %s of it from pods; "+
		"choose a larger one, or set kubernetes.kubelet.kubeReserved.memory", machineType.Memory.String(), reserved)))
}

// positive leaves 0 out, which to a kubelet is as if nothing were said.
func positive(value *int32) *int32 {
	if deref(value) == 0 {
		return nil
	}
	return value
}

func eviction(own *gardencorev1beta1.KubeletConfigEviction) bootstrapv1.EvictionAmounts {
	from := deref(own)
	amount := func(value *string) bootstrapv1.EvictionAmount { return bootstrapv1.EvictionAmount(deref(value)) }
	return bootstrapv1.EvictionAmounts{
		MemoryAvailable:   amount(from.MemoryAvailable),
		ImageFSAvailable:  amount(from.ImageFSAvailable),
		ImageFSInodesFree: amount(from.ImageFSInodesFree),
		NodeFSAvailable:   amount(from.NodeFSAvailable),
		NodeFSInodesFree:  amount(from.NodeFSInodesFree),
	}
}

func reclaim(own *gardencorev1beta1.KubeletConfigEvictionMinimumReclaim) bootstrapv1.EvictionAmounts {
	from := deref(own)
	text := func(value *resource.Quantity) *string {
		if value == nil {
			return nil
		}
		return new(value.String())
	}
	return eviction(&gardencorev1beta1.KubeletConfigEviction{
		MemoryAvailable:  text(from.MemoryAvailable),
		ImageFSAvailable: text(from.ImageFSAvailable), ImageFSInodesFree: text(from.ImageFSInodesFree),
		NodeFSAvailable: text(from.NodeFSAvailable), NodeFSInodesFree: text(from.NodeFSInodesFree),
	})
}

func periods(own *gardencorev1beta1.KubeletConfigEvictionSoftGracePeriod) bootstrapv1.EvictionPeriods {
	from := deref(own)
	return bootstrapv1.EvictionPeriods{
		MemoryAvailableSeconds:   seconds(from.MemoryAvailable),
		ImageFSAvailableSeconds:  seconds(from.ImageFSAvailable),
		ImageFSInodesFreeSeconds: seconds(from.ImageFSInodesFree),
		NodeFSAvailableSeconds:   seconds(from.NodeFSAvailable),
		NodeFSInodesFreeSeconds:  seconds(from.NodeFSInodesFree),
	}
}
