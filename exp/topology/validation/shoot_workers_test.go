// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

const workerPath = "spec.provider.workers[0]"

func TestShootWorkers(t *testing.T) {
	machine := func(change func(*gardencorev1beta1.Machine)) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) { change(&worker.Machine) })
	}
	taints := func(taints ...corev1.Taint) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) { worker.Taints = taints })
	}
	run(t, map[string]row{
		"§17 name: as long as can be": {first(func(worker *gardencorev1beta1.Worker) { worker.Name = strings.Repeat("a", 15) }), nil},
		"§17 name: longer":            {first(func(worker *gardencorev1beta1.Worker) { worker.Name = strings.Repeat("a", 16) }), []string{workerPath + ".name: TooLong"}},
		"§17 name: no label":          {first(func(worker *gardencorev1beta1.Worker) { worker.Name = "A" }), []string{workerPath + ".name: Invalid"}},
		"§17 name: one twice": {func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, pool("one"))
		}, []string{"spec.provider.workers[1].name: Duplicate"}},
		"§17 machine.type: none": {machine(func(machine *gardencorev1beta1.Machine) { machine.Type = "" }), []string{workerPath + ".machine.type: Required"}},
		"§17 image: none":        {machine(func(machine *gardencorev1beta1.Machine) { machine.Image = nil }), []string{workerPath + ".machine.image: Required"}},
		"§17 image: of nothing": {machine(func(machine *gardencorev1beta1.Machine) { machine.Image = &gardencorev1beta1.ShootMachineImage{} }),
			[]string{workerPath + ".machine.image.name: Required", workerPath + ".machine.image.version: Required"}},
		"§17 architecture: arm64":   {machine(func(machine *gardencorev1beta1.Machine) { machine.Architecture = new("arm64") }), nil},
		"§17 architecture: unknown": {machine(func(machine *gardencorev1beta1.Machine) { machine.Architecture = new("riscv") }), []string{workerPath + ".machine.architecture: NotSupported"}},
		"§17 labels: none that can be": {first(func(worker *gardencorev1beta1.Worker) { worker.Labels = map[string]string{"a b": "c"} }),
			[]string{workerPath + ".labels: Invalid"}},
		"§17 annotations: none that can be": {first(func(worker *gardencorev1beta1.Worker) { worker.Annotations = map[string]string{"a b": "c"} }),
			[]string{workerPath + ".annotations: Invalid"}},
		"§17 taints: some":                 {taints(corev1.Taint{Key: "a", Value: "b", Effect: corev1.TaintEffectNoSchedule}, corev1.Taint{Key: "a", Effect: corev1.TaintEffectNoExecute}), nil},
		"§17 taints: without effect":       {taints(corev1.Taint{Key: "a"}), []string{workerPath + ".taints[0].effect: Required"}},
		"§17 taints: of an unknown effect": {taints(corev1.Taint{Key: "a", Effect: "Never"}), []string{workerPath + ".taints[0].effect: NotSupported"}},
		"§17 taints: of no key":            {taints(corev1.Taint{Key: "a b", Value: "c d", Effect: corev1.TaintEffectNoSchedule}), []string{workerPath + ".taints[0].key: Invalid", workerPath + ".taints[0].value: Invalid"}},
		"§17 taints: one twice":            {taints(corev1.Taint{Key: "a", Effect: corev1.TaintEffectNoSchedule}, corev1.Taint{Key: "a", Value: "b", Effect: corev1.TaintEffectNoSchedule}), []string{workerPath + ".taints[1]: Duplicate"}},
		"§17 taints: the one of nodes that are not complete": {taints(corev1.Taint{Key: "node.gardener.cloud/critical-components-not-ready", Effect: corev1.TaintEffectNoSchedule}),
			[]string{workerPath + ".taints[0].key: Forbidden"}},
		"§17 priority: lower than can be":  {first(func(worker *gardencorev1beta1.Worker) { worker.Priority = new(int32(-2)) }), []string{workerPath + ".priority: Invalid"}},
		"§17 caBundle: no certificate":     {first(func(worker *gardencorev1beta1.Worker) { worker.CABundle = new("none") }), []string{workerPath + ".caBundle: Invalid"}},
		"§17 cri: another than containerd": {first(func(worker *gardencorev1beta1.Worker) { worker.CRI.Name = "docker" }), []string{workerPath + ".cri.name: NotSupported"}},
		"§17 cri: one runtime twice, and one without type": {first(func(worker *gardencorev1beta1.Worker) {
			worker.CRI.ContainerRuntimes = []gardencorev1beta1.ContainerRuntime{{Type: "gvisor"}, {Type: "gvisor"}, {}}
		}), []string{workerPath + ".cri.containerRuntimes[1].type: Duplicate", workerPath + ".cri.containerRuntimes[2].type: Required"}},
		"§17 sysctls: parameters of the kernel": {first(func(worker *gardencorev1beta1.Worker) {
			worker.Sysctls = map[string]string{"net.ipv4.tcp_rmem": "4096 131072 6291456"}
		}), nil},
		"§17 sysctls: nothing for nobody": {first(func(worker *gardencorev1beta1.Worker) { worker.Sysctls = map[string]string{"a b": ""} }),
			[]string{workerPath + ".sysctls.a b: Invalid", workerPath + ".sysctls.a b: Required"}},
		"§17 sysctls: names like paths": {first(func(worker *gardencorev1beta1.Worker) {
			worker.Sysctls = map[string]string{strings.Repeat("a", 4090): "1"}
		}), []string{workerPath + ".sysctls." + strings.Repeat("a", 4090) + ": TooLong", workerPath + ".sysctls." + strings.Repeat("a", 4090) + ": Invalid"}},
	}, validation.Shoot)
}

func TestShootWorkerSizes(t *testing.T) {
	size := func(minimum, maximum int32) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) { worker.Minimum, worker.Maximum = minimum, maximum })
	}
	number, percent := func(value int32) *intstr.IntOrString { return new(intstr.FromInt32(value)) }, func(value string) *intstr.IntOrString { return new(intstr.FromString(value)) }
	update := func(surge, unavailable *intstr.IntOrString) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) { worker.MaxSurge, worker.MaxUnavailable = surge, unavailable })
	}
	second := func(change func(*gardencorev1beta1.Worker)) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Provider.Workers = append(shoot.Spec.Provider.Workers, pool("two", change))
		}
	}
	noSystem := func(worker *gardencorev1beta1.Worker) {
		worker.SystemComponents = &gardencorev1beta1.WorkerSystemComponents{Allow: false}
	}
	run(t, map[string]row{
		"§17 size: the same":                 {size(2, 2), nil},
		"§17 size: maximum below minimum":    {size(3, 2), []string{workerPath + ".maximum: Forbidden"}},
		"§17 size: negative":                 {size(-2, 1), []string{workerPath + ".minimum: Invalid"}},
		"§17 maxSurge: a percentage":         {update(percent("10%"), number(0)), nil},
		"§17 maxSurge: no percentage":        {update(percent("ten"), number(1)), []string{workerPath + ".maxSurge: Invalid"}},
		"§17 maxSurge: negative":             {update(number(-1), number(1)), []string{workerPath + ".maxSurge: Invalid"}},
		"§17 maxSurge: both 0":               {update(number(0), number(0)), []string{workerPath + ".maxUnavailable: Invalid"}},
		"§17 maxSurge: both 0 per cent":      {update(percent("0%"), percent("0%")), []string{workerPath + ".maxUnavailable: Invalid"}},
		"§17 maxUnavailable: more than all":  {update(number(1), percent("101%")), []string{workerPath + ".maxUnavailable: Invalid"}},
		"§17 maxUnavailable: of many digits": {update(number(1), percent("99999999999999999999%")), []string{workerPath + ".maxUnavailable: Invalid"}},
		"§17 updateStrategy: unknown": {first(func(worker *gardencorev1beta1.Worker) {
			worker.UpdateStrategy = new(gardencorev1beta1.MachineUpdateStrategy("Never"))
		}), []string{workerPath + ".updateStrategy: NotSupported"}},
		"§17 updateStrategy: by hand has no maxSurge": {first(func(worker *gardencorev1beta1.Worker) {
			worker.UpdateStrategy, worker.MaxUnavailable = new(gardencorev1beta1.ManualInPlaceUpdate), number(0)
		}), []string{workerPath + ".maxSurge: Invalid", workerPath + ".maxUnavailable: Invalid"}},
		"§17 system components: on none":                 {first(noSystem), []string{"spec.provider.workers: Forbidden"}},
		"§17 system components: on one without machines": {size(0, 0), []string{"spec.provider.workers: Forbidden"}},
		"§17 system components: on another":              {all(first(noSystem), second(func(*gardencorev1beta1.Worker) {})), nil},
		"§17 system components: not in every zone":       {first(func(worker *gardencorev1beta1.Worker) { worker.Zones = []string{"a", "b", "c", "d"} }), []string{workerPath + ".maximum: Forbidden"}},
		"§17 system components: another pool has a machine for each zone": {all(
			first(func(worker *gardencorev1beta1.Worker) { worker.Zones = []string{"a", "b", "c", "d"} }),
			second(func(worker *gardencorev1beta1.Worker) { worker.Zones, worker.Maximum = []string{"d", "c", "b", "a"}, 4 }),
		), nil},
		"§17 system components: minimum may be below the zones": {first(func(worker *gardencorev1beta1.Worker) { worker.Zones = []string{"a", "b", "c"} }), nil},
	}, validation.Shoot)
}

func TestShootWorkerVersions(t *testing.T) {
	own := func(name string) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) {
			worker.Kubernetes = &gardencorev1beta1.WorkerKubernetes{Version: &name}
		})
	}
	path := workerPath + ".kubernetes.version"
	run(t, map[string]row{
		"§17 version: as old as can be":          {own("1.32.0"), nil},
		"§17 version: older":                     {own("1.31.14"), []string{path + ": Forbidden"}},
		"§17 version: that of the control plane": {own("1.35.2"), nil},
		"§17 version: newer":                     {own("1.35.3"), []string{path + ": Forbidden"}},
		"§17 version: none that can be read":     {own("old"), []string{path + ": Invalid"}},
		"§17 version: gates of the kubelet of all are those of the pool": {all(own("1.32.0"), func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Kubernetes.Kubelet = &gardencorev1beta1.KubeletConfig{KubernetesConfig: gardencorev1beta1.KubernetesConfig{FeatureGates: map[string]bool{"MutableCSINodeAllocatableCount": true}}}
		}), []string{workerPath + ".kubernetes.kubelet.featureGates.MutableCSINodeAllocatableCount: Forbidden"}},
		"§17 kubelet: one of its own replaces that of all": {first(func(worker *gardencorev1beta1.Worker) {
			worker.Kubernetes = &gardencorev1beta1.WorkerKubernetes{Kubelet: &gardencorev1beta1.KubeletConfig{MaxPods: new(int32(-1))}}
		}), []string{workerPath + ".kubernetes.kubelet.maxPods: Invalid"}},
	}, validation.Shoot)
}

func TestShootVolumes(t *testing.T) {
	volume := func(volume *gardencorev1beta1.Volume, data ...gardencorev1beta1.DataVolume) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) { worker.Volume, worker.DataVolumes = volume, data })
	}
	root := &gardencorev1beta1.Volume{VolumeSize: "50Gi"}
	run(t, map[string]row{
		"§17 volume: none":                       {volume(nil), nil},
		"§17 volume: of another unit":            {volume(&gardencorev1beta1.Volume{VolumeSize: "50G"}), []string{workerPath + ".volume.size: Invalid"}},
		"§17 volume: of no size":                 {volume(&gardencorev1beta1.Volume{}), []string{workerPath + ".volume.size: Invalid"}},
		"§17 volume: of an empty name":           {volume(&gardencorev1beta1.Volume{Name: new(""), VolumeSize: "50Gi"}), []string{workerPath + ".volume.name: Required"}},
		"§17 volume: of a long name":             {volume(&gardencorev1beta1.Volume{Name: new(strings.Repeat("a", 16)), VolumeSize: "50Gi"}), []string{workerPath + ".volume.name: TooLong"}},
		"§17 dataVolumes: some":                  {volume(root, gardencorev1beta1.DataVolume{Name: "a", VolumeSize: "10Gi"}), nil},
		"§17 dataVolumes: without volume":        {volume(nil, gardencorev1beta1.DataVolume{Name: "a", VolumeSize: "10Gi"}), []string{workerPath + ".volume: Required"}},
		"§17 dataVolumes: without name and size": {volume(root, gardencorev1beta1.DataVolume{}), []string{workerPath + ".dataVolumes[0].name: Required", workerPath + ".dataVolumes[0].size: Invalid"}},
		"§17 dataVolumes: one name twice": {volume(root, gardencorev1beta1.DataVolume{Name: "a", VolumeSize: "10Gi"}, gardencorev1beta1.DataVolume{Name: "a", VolumeSize: "10Gi"}),
			[]string{workerPath + ".dataVolumes[1].name: Duplicate"}},
		"§17 kubeletDataVolumeName: one of them": {all(volume(root, gardencorev1beta1.DataVolume{Name: "a", VolumeSize: "10Gi"}),
			first(func(worker *gardencorev1beta1.Worker) { worker.KubeletDataVolumeName = new("a") })), nil},
		"§17 kubeletDataVolumeName: none of them": {first(func(worker *gardencorev1beta1.Worker) { worker.KubeletDataVolumeName = new("a") }), []string{workerPath + ".kubeletDataVolumeName: Invalid"}},
	}, validation.Shoot)
}

func TestShootMachineController(t *testing.T) {
	settings := func(settings gardencorev1beta1.MachineControllerManagerSettings) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) { worker.MachineControllerManagerSettings = &settings })
	}
	inPlace := first(func(worker *gardencorev1beta1.Worker) {
		worker.UpdateStrategy = new(gardencorev1beta1.AutoInPlaceUpdate)
	})
	path := workerPath + ".machineControllerManager."
	run(t, map[string]row{
		"§18 timeouts: some": {settings(gardencorev1beta1.MachineControllerManagerSettings{
			MachineDrainTimeout: seconds(1), MachineHealthTimeout: seconds(1), MachineCreationTimeout: seconds(1), MachinePreserveTimeout: seconds(1), MaxEvictRetries: new(int32(1)),
		}), nil},
		"§18 timeouts: negative": {settings(gardencorev1beta1.MachineControllerManagerSettings{
			MachineDrainTimeout: seconds(-1), MachineHealthTimeout: seconds(-1), MachineCreationTimeout: seconds(-1), MachinePreserveTimeout: seconds(-1), MaxEvictRetries: new(int32(-1)),
		}), []string{path + "machineDrainTimeout: Invalid", path + "machineHealthTimeout: Invalid", path + "machineCreationTimeout: Invalid", path + "machinePreserveTimeout: Invalid", path + "maxEvictRetries: Invalid"}},
		"§18 timeouts: of updates in place elsewhere": {settings(gardencorev1beta1.MachineControllerManagerSettings{MachineInPlaceUpdateTimeout: seconds(1), DisableHealthTimeout: new(true)}),
			[]string{path + "inPlaceUpdateTimeout: Forbidden", path + "disableHealthTimeout: Forbidden"}},
		"§18 timeouts: of updates in place": {all(inPlace, settings(gardencorev1beta1.MachineControllerManagerSettings{MachineInPlaceUpdateTimeout: seconds(1), DisableHealthTimeout: new(true)})), nil},
		"§18 preserved: all but one":        {settings(gardencorev1beta1.MachineControllerManagerSettings{AutoPreserveFailedMachineMax: new(int32(2))}), nil},
		"§18 preserved: all": {settings(gardencorev1beta1.MachineControllerManagerSettings{AutoPreserveFailedMachineMax: new(int32(3))}),
			[]string{path + "autoPreserveFailedMachineMax: Invalid"}},
		"§18 preserved: less than none": {settings(gardencorev1beta1.MachineControllerManagerSettings{AutoPreserveFailedMachineMax: new(int32(-1))}),
			[]string{path + "autoPreserveFailedMachineMax: Invalid"}},
		"§22 of a pool: more than all": {first(func(worker *gardencorev1beta1.Worker) {
			worker.ClusterAutoscaler = &gardencorev1beta1.ClusterAutoscalerOptions{
				ScaleDownUtilizationThreshold: new(1.1), ScaleDownGpuUtilizationThreshold: new(-0.1),
				ScaleDownUnneededTime: seconds(-1), ScaleDownUnreadyTime: seconds(-1), MaxNodeProvisionTime: seconds(-1),
			}
		}), []string{
			workerPath + ".clusterAutoscaler.scaleDownUtilizationThreshold: Invalid", workerPath + ".clusterAutoscaler.scaleDownGpuUtilizationThreshold: Invalid",
			workerPath + ".clusterAutoscaler.scaleDownUnneededTime: Invalid", workerPath + ".clusterAutoscaler.scaleDownUnreadyTime: Invalid",
			workerPath + ".clusterAutoscaler.maxNodeProvisionTime: Invalid",
		}},
	}, validation.Shoot)
}

func TestShootKubelet(t *testing.T) {
	kubelet := func(config gardencorev1beta1.KubeletConfig) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Kubernetes.Kubelet = &config }
	}
	gates := func(name string, enabled bool) gardencorev1beta1.KubernetesConfig {
		return gardencorev1beta1.KubernetesConfig{FeatureGates: map[string]bool{name: enabled}}
	}
	path := "spec.kubernetes.kubelet."
	run(t, map[string]row{
		"§2 kubelet: usual": {kubelet(gardencorev1beta1.KubeletConfig{
			CPUManagerPolicy: new("static"), MaxPods: new(int32(100)), PodPIDsLimit: new(int64(100)), ImageGCHighThresholdPercent: new(int32(50)), ImageGCLowThresholdPercent: new(int32(40)),
			EvictionHard: &gardencorev1beta1.KubeletConfigEviction{MemoryAvailable: new("100Mi"), NodeFSAvailable: new("5%")},
			KubeReserved: &gardencorev1beta1.KubeletConfigReserved{CPU: quantity("80m"), PID: quantity("20k")},
		}), nil},
		"§2 kubelet: numbers below their bounds": {kubelet(gardencorev1beta1.KubeletConfig{
			MaxPods: new(int32(-1)), PodPIDsLimit: new(int64(99)), EvictionMaxPodGracePeriod: new(int32(-1)), RegistryPullQPS: new(int32(-1)), RegistryBurst: new(int32(-1)),
			ContainerLogMaxFiles: new(int32(1)), ContainerLogMaxSize: quantity("-1"), EvictionPressureTransitionPeriod: seconds(-1), ImageMinimumGCAge: seconds(-1), ImageMaximumGCAge: seconds(-1),
		}), []string{path + "maxPods: Invalid", path + "podPidsLimit: Invalid", path + "evictionMaxPodGracePeriod: Invalid", path + "registryPullQPS: Invalid", path + "registryBurst: Invalid",
			path + "containerLogMaxFiles: Invalid", path + "containerLogMaxSize: Invalid", path + "evictionPressureTransitionPeriod: Invalid", path + "imageMinimumGCAge: Invalid", path + "imageMaximumGCAge: Invalid"}},
		"§2 kubelet: thresholds beyond all": {kubelet(gardencorev1beta1.KubeletConfig{ImageGCHighThresholdPercent: new(int32(101)), ImageGCLowThresholdPercent: new(int32(-1))}),
			[]string{path + "imageGCHighThresholdPercent: Invalid", path + "imageGCLowThresholdPercent: Invalid"}},
		"§2 kubelet: thresholds the wrong way round": {kubelet(gardencorev1beta1.KubeletConfig{ImageGCHighThresholdPercent: new(int32(40)), ImageGCLowThresholdPercent: new(int32(40))}),
			[]string{path + "imageGCLowThresholdPercent: Forbidden"}},
		"§2 kubelet: an unknown policy of CPUs": {kubelet(gardencorev1beta1.KubeletConfig{CPUManagerPolicy: new("dynamic")}), []string{path + "cpuManagerPolicy: NotSupported"}},
		"§2 kubelet: evictions at no amount": {kubelet(gardencorev1beta1.KubeletConfig{
			EvictionHard:            &gardencorev1beta1.KubeletConfigEviction{MemoryAvailable: new("a lot"), NodeFSInodesFree: new("101%")},
			EvictionSoft:            &gardencorev1beta1.KubeletConfigEviction{ImageFSAvailable: new("-1Mi")},
			EvictionMinimumReclaim:  &gardencorev1beta1.KubeletConfigEvictionMinimumReclaim{NodeFSAvailable: quantity("-1")},
			EvictionSoftGracePeriod: &gardencorev1beta1.KubeletConfigEvictionSoftGracePeriod{ImageFSInodesFree: seconds(-1)},
		}), []string{path + "evictionHard.memoryAvailable: Invalid", path + "evictionHard.nodeFSInodesFree: Invalid", path + "evictionSoft.imageFSAvailable: Invalid",
			path + "evictionMinimumReclaim.nodeFSAvailable: Invalid", path + "evictionSoftGracePeriod.imageFSInodesFree: Invalid"}},
		"§2 kubelet: less than nothing reserved": {kubelet(gardencorev1beta1.KubeletConfig{KubeReserved: &gardencorev1beta1.KubeletConfigReserved{
			CPU: quantity("-1"), Memory: quantity("-1"), EphemeralStorage: quantity("-1"), PID: quantity("-1"),
		}}), []string{path + "kubeReserved.cpu: Invalid", path + "kubeReserved.memory: Invalid", path + "kubeReserved.ephemeralStorage: Invalid", path + "kubeReserved.pid: Invalid"}},
		"§2 kubelet: connections that idle too long":    {kubelet(gardencorev1beta1.KubeletConfig{StreamingConnectionIdleTimeout: seconds(4*3600 + 1)}), []string{path + "streamingConnectionIdleTimeout: Invalid"}},
		"§2 kubelet: images in parallel and one by one": {kubelet(gardencorev1beta1.KubeletConfig{SerializeImagePulls: new(true), MaxParallelImagePulls: new(int32(2))}), []string{path + "maxParallelImagePulls: Forbidden"}},
		"§2 kubelet: none at a time":                    {kubelet(gardencorev1beta1.KubeletConfig{MaxParallelImagePulls: new(int32(0))}), []string{path + "maxParallelImagePulls: Invalid"}},
		"§2 kubelet: swap without its gate": {kubelet(gardencorev1beta1.KubeletConfig{FailSwapOn: new(true), MemorySwap: &gardencorev1beta1.MemorySwapConfiguration{SwapBehavior: new(gardencorev1beta1.LimitedSwap)}}),
			[]string{path + "memorySwap: Forbidden", path + "memorySwap: Forbidden"}},
		"§2 kubelet: swap": {kubelet(gardencorev1beta1.KubeletConfig{KubernetesConfig: gates("NodeSwap", true), FailSwapOn: new(false), MemorySwap: &gardencorev1beta1.MemorySwapConfiguration{
			SwapBehavior: new(gardencorev1beta1.LimitedSwap),
		}}), nil},
		"§2 kubelet: secrets of images from 1.35 on": {kubelet(gardencorev1beta1.KubeletConfig{ImagePullCredentialsVerificationPolicy: new(gardencorev1beta1.AlwaysVerify)}), nil},
		"§2 kubelet: secrets of images before 1.35": {all(version("1.34.1"), kubelet(gardencorev1beta1.KubeletConfig{ImagePullCredentialsVerificationPolicy: new(gardencorev1beta1.AlwaysVerify)})),
			[]string{path + "imagePullCredentialsVerificationPolicy: Forbidden"}},
		"§2 kubelet: secrets of images with the gate off": {kubelet(gardencorev1beta1.KubeletConfig{
			KubernetesConfig: gates("KubeletEnsureSecretPulledImages", false), ImagePullCredentialsVerificationPolicy: new(gardencorev1beta1.AlwaysVerify),
		}), []string{path + "imagePullCredentialsVerificationPolicy: Forbidden"}},
		"§2 kubelet: names of images": {kubelet(gardencorev1beta1.KubeletConfig{
			ImagePullCredentialsVerificationPolicy: new(gardencorev1beta1.NeverVerifyAllowlistedImages),
			PreloadedImagesVerificationAllowlist:   []string{"registry.example.com/team/*", "registry.example.com:5000/team/image", "a*b", " a", "/*", "Image:tag"},
		}), []string{path + "preloadedImagesVerificationAllowlist[2]: Invalid", path + "preloadedImagesVerificationAllowlist[3]: Invalid",
			path + "preloadedImagesVerificationAllowlist[4]: Invalid", path + "preloadedImagesVerificationAllowlist[5]: Invalid"}},
		"§2 kubelet: names of images that nobody reads": {kubelet(gardencorev1beta1.KubeletConfig{PreloadedImagesVerificationAllowlist: []string{"a"}}), []string{path + "preloadedImagesVerificationAllowlist: Forbidden"}},
	}, validation.Shoot)
}

func TestShootAutoscaling(t *testing.T) {
	nodes := func(config gardencorev1beta1.ClusterAutoscaler) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Kubernetes.ClusterAutoscaler = &config }
	}
	pods := func(config gardencorev1beta1.VerticalPodAutoscaler) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Kubernetes.VerticalPodAutoscaler = &config }
	}
	path, vertical := "spec.kubernetes.clusterAutoscaler.", "spec.kubernetes.verticalPodAutoscaler."
	run(t, map[string]row{
		"§22 expander: several":        {nodes(gardencorev1beta1.ClusterAutoscaler{Expander: new(gardencorev1beta1.ExpanderMode("priority,least-waste"))}), nil},
		"§22 expander: an unknown one": {nodes(gardencorev1beta1.ClusterAutoscaler{Expander: new(gardencorev1beta1.ExpanderMode("priority,cheapest"))}), []string{path + "expander: NotSupported"}},
		"§22 durations: negative": {nodes(gardencorev1beta1.ClusterAutoscaler{ScanInterval: seconds(-1), ScaleDownUnneededTime: seconds(-1), MaxBinpackingTime: seconds(-1)}),
			[]string{path + "scanInterval: Invalid", path + "scaleDownUnneededTime: Invalid", path + "maxBinpackingTime: Invalid"}},
		"§22 numbers: negative": {nodes(gardencorev1beta1.ClusterAutoscaler{MaxGracefulTerminationSeconds: new(int32(-1)), MaxScaleDownParallelism: new(int32(-1)), MaxDrainParallelism: new(int32(-1)), Verbosity: new(int32(-1))}),
			[]string{path + "maxGracefulTerminationSeconds: Invalid", path + "maxScaleDownParallelism: Invalid", path + "maxDrainParallelism: Invalid", path + "verbosity: Invalid"}},
		"§22 scaleDownUtilizationThreshold: more than all":   {nodes(gardencorev1beta1.ClusterAutoscaler{ScaleDownUtilizationThreshold: new(1.1)}), []string{path + "scaleDownUtilizationThreshold: Invalid"}},
		"§22 maxEmptyBulkDelete: from 1.33 on":               {nodes(gardencorev1beta1.ClusterAutoscaler{MaxEmptyBulkDelete: new(int32(1))}), []string{path + "maxEmptyBulkDelete: Forbidden"}},
		"§22 maxEmptyBulkDelete: another than the new field": {all(version("1.32.10"), nodes(gardencorev1beta1.ClusterAutoscaler{MaxEmptyBulkDelete: new(int32(1)), MaxScaleDownParallelism: new(int32(2))})), []string{path + "maxEmptyBulkDelete: Invalid"}},
		"§22 ignoreTaints: from 1.32 on":                     {nodes(gardencorev1beta1.ClusterAutoscaler{IgnoreTaints: []string{"a"}}), []string{path + "ignoreTaints: Forbidden"}},
		"§22 taints: none that can be, one twice, and that of controllers": {nodes(gardencorev1beta1.ClusterAutoscaler{
			StartupTaints: []string{"a b"}, StatusTaints: []string{"a", "a", "node.gardener.cloud/critical-components-not-ready"},
		}), []string{path + "startupTaints[0]: Invalid", path + "statusTaints[1]: Duplicate", path + "statusTaints[2]: Forbidden"}},
		"§23 percentiles: more than all": {pods(gardencorev1beta1.VerticalPodAutoscaler{TargetCPUPercentile: new(1.1), RecommendationLowerBoundMemoryPercentile: new(-0.1)}),
			[]string{vertical + "targetCPUPercentile: Invalid", vertical + "recommendationLowerBoundMemoryPercentile: Invalid"}},
		"§23 fractions: all": {pods(gardencorev1beta1.VerticalPodAutoscaler{EvictionTolerance: new(1.0), RecommendationMarginFraction: new(1.0)}), []string{vertical + "evictionTolerance: Invalid", vertical + "recommendationMarginFraction: Invalid"}},
		"§23 numbers: too small": {pods(gardencorev1beta1.VerticalPodAutoscaler{EvictionRateBurst: new(int32(-1)), MemoryAggregationIntervalCount: new(int64(-1)), RecommenderUpdateWorkerCount: new(int64(0))}),
			[]string{vertical + "evictionRateBurst: Invalid", vertical + "memoryAggregationIntervalCount: Invalid", vertical + "recommenderUpdateWorkerCount: Invalid"}},
		"§23 durations: negative":             {pods(gardencorev1beta1.VerticalPodAutoscaler{UpdaterInterval: seconds(-1)}), []string{vertical + "updaterInterval: Invalid"}},
		"§23 featureGates: of others":         {pods(gardencorev1beta1.VerticalPodAutoscaler{FeatureGates: map[string]bool{"NodeSwap": true, "PerVPAConfig": true}}), []string{vertical + "featureGates.NodeSwap: Invalid"}},
		"§23 maxAllowed: of another resource": {pods(gardencorev1beta1.VerticalPodAutoscaler{MaxAllowed: corev1.ResourceList{"pods": *quantity("1")}}), []string{vertical + "maxAllowed.pods: NotSupported"}},
	}, validation.Shoot)
}
