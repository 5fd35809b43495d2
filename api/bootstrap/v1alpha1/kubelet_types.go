// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
)

// KubeletSpec configures the kubelet. Values that are absent are Gardener's. What is not here can be set by a file in
// /etc/kubernetes/kubelet.conf.d.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="self.?imageGCLowThresholdPercent.orValue(40) < self.?imageGCHighThresholdPercent.orValue(50)",fieldPath=".imageGCLowThresholdPercent",message="imageGCLowThresholdPercent (40 if absent) must be less than imageGCHighThresholdPercent (50 if absent)"
// +kubebuilder:validation:XValidation:rule="!has(self.maxParallelImagePulls) || self.maxParallelImagePulls == 1 || (has(self.serializeImagePulls) && !self.serializeImagePulls)",fieldPath=".maxParallelImagePulls",message="maxParallelImagePulls needs serializeImagePulls to be false; set both"
// +kubebuilder:validation:XValidation:rule="!has(self.memorySwapBehavior) || (has(self.failSwapOn) && !self.failSwapOn)",fieldPath=".memorySwapBehavior",message="memorySwapBehavior needs failSwapOn to be false; set both"
type KubeletSpec struct {
	// installation says where the kubelet comes from when the machine image has none of the Machine's version. If
	// absent, such a machine does not join, and says so on its console and in its journal.
	// +optional
	Installation KubeletInstallation `json:"installation,omitempty,omitzero"`

	// cloudProvider is External where a cloud controller manager completes nodes. If absent, there is none.
	// +optional
	// +kubebuilder:validation:Enum=External
	CloudProvider string `json:"cloudProvider,omitempty"`

	// clusterDNS are the addresses of the DNS server that pods are given. If absent, the tenth address of each Service
	// range of the Cluster, where the project runs its DNS.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=3
	// +kubebuilder:validation:items:MinLength=2
	// +kubebuilder:validation:items:MaxLength=45
	// +kubebuilder:validation:XValidation:rule="self.all(address, isIP(address))",message="clusterDNS must list IP addresses, for example 169.254.20.10"
	ClusterDNS []string `json:"clusterDNS,omitempty"`

	// maxPods is the number of pods that the node can run. If absent, 110.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=5000
	MaxPods *int32 `json:"maxPods,omitempty"`

	// podPIDsLimit is the number of processes that a pod can have. If absent, there is no limit.
	// +optional
	// +kubebuilder:validation:Minimum=100
	// +kubebuilder:validation:Maximum=4194304
	PodPIDsLimit *int64 `json:"podPIDsLimit,omitempty"`

	// kubeReserved is kept from pods for the kubelet and containerd. What is absent is 80m of cpu, 1Gi of memory, and
	// nothing of the rest.
	// +optional
	KubeReserved ReservedResources `json:"kubeReserved,omitempty,omitzero"`

	// systemReserved is kept from pods for the rest of the machine. If absent, nothing.
	// +optional
	SystemReserved ReservedResources `json:"systemReserved,omitempty,omitzero"`

	// evictionHard are the amounts below which pods are evicted at once. What is absent is 100Mi of memory, and 5% of
	// the rest.
	// +optional
	EvictionHard EvictionAmounts `json:"evictionHard,omitempty,omitzero"`

	// evictionSoft are the amounts below which pods are evicted after a time. What is absent is 200Mi of memory, and
	// 10% of the rest.
	// +optional
	EvictionSoft EvictionAmounts `json:"evictionSoft,omitempty,omitzero"`

	// evictionSoftGracePeriod is that time. What is absent is 90 seconds.
	// +optional
	EvictionSoftGracePeriod EvictionPeriods `json:"evictionSoftGracePeriod,omitempty,omitzero"`

	// evictionMinimumReclaim are the amounts that an eviction frees at least. What is absent is nothing.
	// +optional
	EvictionMinimumReclaim EvictionAmounts `json:"evictionMinimumReclaim,omitempty,omitzero"`

	// evictionPressureTransitionPeriodSeconds is the time for which a node goes on reporting pressure. If absent, 240.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=86400
	EvictionPressureTransitionPeriodSeconds *int32 `json:"evictionPressureTransitionPeriodSeconds,omitempty"`

	// evictionMaxPodGracePeriodSeconds is the longest time that a pod is given to end when it is evicted after a time.
	// If absent, 90.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=86400
	EvictionMaxPodGracePeriodSeconds *int32 `json:"evictionMaxPodGracePeriodSeconds,omitempty"`

	// cpuCFSQuota says whether CPU limits are enforced. If absent, they are.
	// +optional
	CPUCFSQuota *bool `json:"cpuCFSQuota,omitempty"`

	// cpuManagerPolicy is static where containers get CPUs for themselves. If absent, none.
	// +optional
	// +kubebuilder:validation:Enum=none;static
	CPUManagerPolicy string `json:"cpuManagerPolicy,omitempty"`

	// failSwapOn says whether the kubelet refuses a machine with swap. If absent, it does.
	// +optional
	FailSwapOn *bool `json:"failSwapOn,omitempty"`

	// memorySwapBehavior says whether pods may use swap. If absent, they may not.
	// +optional
	// +kubebuilder:validation:Enum=NoSwap;LimitedSwap
	MemorySwapBehavior string `json:"memorySwapBehavior,omitempty"`

	// imageGCHighThresholdPercent is how full the disk is when unused images are removed. If absent, 50.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	ImageGCHighThresholdPercent *int32 `json:"imageGCHighThresholdPercent,omitempty"`

	// imageGCLowThresholdPercent is how full the disk is when that ends. If absent, 40.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=99
	ImageGCLowThresholdPercent *int32 `json:"imageGCLowThresholdPercent,omitempty"`

	// imageMinimumGCAgeSeconds is the age that an unused image has at least when it is removed. If absent, 120.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=2592000
	ImageMinimumGCAgeSeconds *int32 `json:"imageMinimumGCAgeSeconds,omitempty"`

	// imageMaximumGCAgeSeconds is the age at which an unused image is removed in any case. If absent, there is none.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=31536000
	ImageMaximumGCAgeSeconds *int32 `json:"imageMaximumGCAgeSeconds,omitempty"`

	// containerLogMaxSize is the size at which the log of a container is rotated. If absent, 100Mi.
	// +optional
	ContainerLogMaxSize *resource.Quantity `json:"containerLogMaxSize,omitempty"`

	// containerLogMaxFiles is the number of logs that are kept for a container. If absent, 5.
	// +optional
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=100
	ContainerLogMaxFiles *int32 `json:"containerLogMaxFiles,omitempty"`

	// protectKernelDefaults says whether the kubelet refuses a machine whose kernel parameters are not what it needs,
	// rather than to change them. If absent, it does, and the bootstrap sets them.
	// +optional
	ProtectKernelDefaults *bool `json:"protectKernelDefaults,omitempty"`

	// registryPullQPS is the number of image pulls in a second. If absent, 5; 0 means that there is no limit.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	RegistryPullQPS *int32 `json:"registryPullQPS,omitempty"`

	// registryBurst is the number of image pulls in one burst. If absent, 10.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	RegistryBurst *int32 `json:"registryBurst,omitempty"`

	// serializeImagePulls says whether images are pulled one at a time. If absent, they are.
	// +optional
	SerializeImagePulls *bool `json:"serializeImagePulls,omitempty"`

	// maxParallelImagePulls is the number of images that are pulled at the same time. If absent, there is no limit
	// where images are not pulled one at a time.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	MaxParallelImagePulls *int32 `json:"maxParallelImagePulls,omitempty"`

	// seccompDefault says whether containers without a seccomp profile get that of containerd. If absent, they do not.
	// +optional
	SeccompDefault *bool `json:"seccompDefault,omitempty"`

	// streamingConnectionIdleTimeoutSeconds is the time after which an idle exec, attach or port-forward ends. If
	// absent, 300.
	// +optional
	// +kubebuilder:validation:Minimum=30
	// +kubebuilder:validation:Maximum=14400
	StreamingConnectionIdleTimeoutSeconds *int32 `json:"streamingConnectionIdleTimeoutSeconds,omitempty"`

	// featureGates switches features of the kubelet by name.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=200
	FeatureGates map[string]bool `json:"featureGates,omitempty"`

	// verbosity is how much the kubelet logs, from 0 to 10. If absent, 2.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=10
	Verbosity *int32 `json:"verbosity,omitempty"`
}

// KubeletInstallation says where the kubelet comes from.
type KubeletInstallation struct {
	// url is the address of the kubelet, in which {version} stands for the Machine's version and {architecture} for
	// that of the machine (amd64 or arm64), for example https://dl.k8s.io/release/{version}/bin/linux/{architecture}/kubelet.
	// +required
	// +kubebuilder:validation:MinLength=8
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:XValidation:rule="self.matches('^https?://[]A-Za-z0-9[_.~:/?#@!$&()*+,;=%{}-]+$')",message="url must begin with https:// or http:// and have no spaces or quotes"
	URL string `json:"url,omitempty"`

	// checksums are what the kubelet must be. One of another checksum is not run.
	// +required
	// +listType=map
	// +listMapKey=version
	// +listMapKey=architecture
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	Checksums []KubeletChecksum `json:"checksums,omitempty"`
}

// KubeletChecksum is the checksum of one kubelet.
type KubeletChecksum struct {
	// version is the version of the kubelet, for example v1.36.3.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.matches('^v(0|[1-9][0-9]*)[.](0|[1-9][0-9]*)[.](0|[1-9][0-9]*)([-+].*)?$')",message="version must be a semantic version with a leading v, for example v1.36.3"
	Version string `json:"version,omitempty"`

	// architecture is that of the machine.
	// +required
	// +kubebuilder:validation:Enum=amd64;arm64
	Architecture string `json:"architecture,omitempty"`

	// sha256 is the SHA-256 checksum in hexadecimal digits.
	// +required
	// +kubebuilder:validation:MinLength=64
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9a-f]{64}$')",message="sha256 must be 64 hexadecimal digits in lower case"
	SHA256 string `json:"sha256,omitempty"`
}

// ReservedResources are kept from pods.
// +kubebuilder:validation:MinProperties=1
type ReservedResources struct {
	// cpu is an amount of CPU.
	// +optional
	CPU *resource.Quantity `json:"cpu,omitempty"`

	// memory is an amount of memory.
	// +optional
	Memory *resource.Quantity `json:"memory,omitempty"`

	// ephemeralStorage is an amount of local disk.
	// +optional
	EphemeralStorage *resource.Quantity `json:"ephemeralStorage,omitempty"`

	// pid is a number of processes.
	// +optional
	PID *resource.Quantity `json:"pid,omitempty"`
}

// EvictionAmounts are amounts by what runs short.
// +kubebuilder:validation:MinProperties=1
type EvictionAmounts struct {
	// memoryAvailable is about memory.
	// +optional
	MemoryAvailable EvictionAmount `json:"memoryAvailable,omitempty"`

	// imageFSAvailable is about the disk with images.
	// +optional
	ImageFSAvailable EvictionAmount `json:"imageFSAvailable,omitempty"`

	// imageFSInodesFree is about the inodes of the disk with images.
	// +optional
	ImageFSInodesFree EvictionAmount `json:"imageFSInodesFree,omitempty"`

	// nodeFSAvailable is about the disk with volumes and logs.
	// +optional
	NodeFSAvailable EvictionAmount `json:"nodeFSAvailable,omitempty"`

	// nodeFSInodesFree is about the inodes of the disk with volumes and logs.
	// +optional
	NodeFSInodesFree EvictionAmount `json:"nodeFSInodesFree,omitempty"`
}

// EvictionAmount is a quantity, for example 100Mi, or a share in percent, for example 5%.
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=32
// +kubebuilder:validation:XValidation:rule="self.matches('^(0|[1-9][0-9]*)([.][0-9]+)?(%|[kMGTPE]|[KMGTPE]i)?$')",message="must be a quantity such as 100Mi, or a percentage such as 5%"
type EvictionAmount string

// EvictionPeriods are times by what runs short.
// +kubebuilder:validation:MinProperties=1
type EvictionPeriods struct {
	// memoryAvailableSeconds is about memory.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=86400
	MemoryAvailableSeconds *int32 `json:"memoryAvailableSeconds,omitempty"`

	// imageFSAvailableSeconds is about the disk with images.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=86400
	ImageFSAvailableSeconds *int32 `json:"imageFSAvailableSeconds,omitempty"`

	// imageFSInodesFreeSeconds is about the inodes of the disk with images.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=86400
	ImageFSInodesFreeSeconds *int32 `json:"imageFSInodesFreeSeconds,omitempty"`

	// nodeFSAvailableSeconds is about the disk with volumes and logs.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=86400
	NodeFSAvailableSeconds *int32 `json:"nodeFSAvailableSeconds,omitempty"`

	// nodeFSInodesFreeSeconds is about the inodes of the disk with volumes and logs.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=86400
	NodeFSInodesFreeSeconds *int32 `json:"nodeFSInodesFreeSeconds,omitempty"`
}
