// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
)

// ControllerManagerSpec configures kube-controller-manager.
// +kubebuilder:validation:MinProperties=1
type ControllerManagerSpec struct {
	// featureGates switches features of kube-controller-manager by name.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=200
	FeatureGates map[string]bool `json:"featureGates,omitempty"`

	// nodeCIDRMaskSize is the size of each node's IPv4 pod range. If absent, 24. It cannot change.
	// +optional
	// +kubebuilder:validation:Minimum=16
	// +kubebuilder:validation:Maximum=28
	NodeCIDRMaskSize *int32 `json:"nodeCIDRMaskSize,omitempty"`

	// nodeCIDRMaskSizeIPv6 is the size of each node's IPv6 pod range. If absent, 64. It cannot change.
	// +optional
	// +kubebuilder:validation:Minimum=48
	// +kubebuilder:validation:Maximum=120
	NodeCIDRMaskSizeIPv6 *int32 `json:"nodeCIDRMaskSizeIPv6,omitempty"`

	// nodeMonitorGracePeriodSeconds is how long a node may be silent before it counts as unhealthy.
	// If absent, 40.
	// +optional
	// +kubebuilder:validation:Minimum=10
	// +kubebuilder:validation:Maximum=3600
	NodeMonitorGracePeriodSeconds *int32 `json:"nodeMonitorGracePeriodSeconds,omitempty"`

	// horizontalPodAutoscaler tunes the autoscaling of pods.
	// +optional
	HorizontalPodAutoscaler HorizontalPodAutoscalerSpec `json:"horizontalPodAutoscaler,omitempty,omitzero"`

	// logging configures the log of kube-controller-manager.
	// +optional
	Logging LoggingSpec `json:"logging,omitempty,omitzero"`
}

// HorizontalPodAutoscalerSpec tunes the autoscaling of pods.
// +kubebuilder:validation:MinProperties=1
type HorizontalPodAutoscalerSpec struct {
	// syncPeriodSeconds is the time between two looks. If absent, 30.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=3600
	SyncPeriodSeconds *int32 `json:"syncPeriodSeconds,omitempty"`

	// tolerancePercent is the deviation from the target that causes no scaling. If absent, 10.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	TolerancePercent *int32 `json:"tolerancePercent,omitempty"`

	// downscaleStabilizationSeconds is how long a lower target must last. If absent, 300.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=86400
	DownscaleStabilizationSeconds *int32 `json:"downscaleStabilizationSeconds,omitempty"`

	// initialReadinessDelaySeconds is the time after a pod's start in which changes of its readiness count as
	// its start. If absent, 30.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=3600
	InitialReadinessDelaySeconds *int32 `json:"initialReadinessDelaySeconds,omitempty"`

	// cpuInitializationPeriodSeconds is the time after a pod's start in which its CPU samples may be left out.
	// If absent, 300.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=3600
	CPUInitializationPeriodSeconds *int32 `json:"cpuInitializationPeriodSeconds,omitempty"`
}

// SchedulingProfile is a way to place pods on nodes.
// +kubebuilder:validation:Enum=balanced;bin-packing
type SchedulingProfile string

const (
	// SchedulingBalanced spreads pods evenly, as kube-scheduler does by default.
	SchedulingBalanced SchedulingProfile = "balanced"
	// SchedulingBinPacking fills nodes up, so that fewer are needed.
	SchedulingBinPacking SchedulingProfile = "bin-packing"
)

// SchedulerSpec configures kube-scheduler.
// +kubebuilder:validation:MinProperties=1
type SchedulerSpec struct {
	// featureGates switches features of kube-scheduler by name.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=200
	FeatureGates map[string]bool `json:"featureGates,omitempty"`

	// profile is the way to place pods. If absent, balanced.
	// +optional
	Profile SchedulingProfile `json:"profile,omitempty"`

	// logging configures the log of kube-scheduler.
	// +optional
	Logging LoggingSpec `json:"logging,omitempty,omitzero"`
}

// ComponentOverride overrides one hosted component.
// +kubebuilder:validation:XValidation:rule="has(self.containers) || has(self.patches)",message="an override needs containers or patches"
type ComponentOverride struct {
	// name is the name of the component, as in status.components.
	// +required
	// +kubebuilder:validation:Enum=network;etcd-main;etcd-events;kube-apiserver;kube-controller-manager;kube-scheduler;node-access;konnectivity;kubernetes-service;cni;kube-proxy;coredns;node-local-dns;metrics-server
	Name string `json:"name,omitempty"`

	// containers sets the resources of containers.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	Containers []ContainerResources `json:"containers,omitempty"`

	// patches change rendered objects in order, after everything else. A patch that cannot be applied stops the
	// component where it is and is reported in the condition ComponentsAvailable.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	Patches []Patch `json:"patches,omitempty"`
}

// ContainerResources sets the resources of one container.
type ContainerResources struct {
	// name is the name of the container, for example kube-apiserver, or etcd and backup-restore for etcd.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name,omitempty"`

	// resources replaces the container's resource requests and limits.
	// +required
	Resources corev1.ResourceRequirements `json:"resources,omitempty,omitzero"`
}

// PatchType is a kind of patch.
// +kubebuilder:validation:Enum=StrategicMerge;JSON6902
type PatchType string

const (
	// PatchStrategicMerge merges a partial object, as kubectl patch does by default.
	PatchStrategicMerge PatchType = "StrategicMerge"
	// PatchJSON6902 applies a list of JSON patch operations.
	PatchJSON6902 PatchType = "JSON6902"
)

// Patch changes one rendered object.
type Patch struct {
	// target selects the object of the component.
	// +required
	Target PatchTarget `json:"target,omitempty,omitzero"`

	// type is the kind of patch. If absent, StrategicMerge.
	// +optional
	Type PatchType `json:"type,omitempty"`

	// patch is the patch as YAML or JSON.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=65536
	Patch string `json:"patch,omitempty"`
}

// PatchTarget selects objects of a component.
type PatchTarget struct {
	// kind is the kind of the object, for example Deployment.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind,omitempty"`

	// name is the name of the object, without the hash of immutable configuration.
	// If absent, all objects of the kind.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}
