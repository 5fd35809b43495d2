// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Format is the language of bootstrap data.
// +kubebuilder:validation:Enum=cloud-config;ignition
type Format string

const (
	// CloudConfig is the language of cloud-init.
	CloudConfig Format = "cloud-config"
	// Ignition is the language of Flatcar, Fedora CoreOS and their relatives, in version 3.3 of its specification.
	Ignition Format = "ignition"
)

// NodeLabelsAnnotation is an annotation of Machines: labels of their nodes that may change without new machines, as a JSON
// object of names and values. A MachineDeployment hands the annotations of its template down in place. The labels are there
// when the node registers, and win over spec.node.labels of the configuration; later changes are carried to the node, and a
// label that is no longer among them is removed. If absent, nothing is changed.
const NodeLabelsAnnotation = "bootstrap.cluster.x-k8s.io/node-labels"

// KubeceptionConfigSpec says how a machine becomes a node of a hosted control plane. Bootstrap data is made once for a
// Machine, so that a change reaches new machines only; for a MachinePool it is made anew from time to time.
type KubeceptionConfigSpec struct {
	// format is the language of the bootstrap data. If absent, cloud-config.
	// +optional
	Format Format `json:"format,omitempty"`

	// kubelet configures the kubelet.
	// +optional
	Kubelet KubeletSpec `json:"kubelet,omitempty,omitzero"`

	// node says how the node registers.
	// +optional
	Node NodeSpec `json:"node,omitempty,omitzero"`

	// registryMirrors are asked for images in place of the registries that image names mention. If absent, those
	// that the machine image names are asked.
	// +optional
	// +listType=map
	// +listMapKey=registry
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	RegistryMirrors []RegistryMirror `json:"registryMirrors,omitempty"`

	// proxy is what containerd, the kubelet and the bootstrap itself reach the outside through.
	// +optional
	Proxy ProxySpec `json:"proxy,omitempty,omitzero"`

	// sysctls are kernel parameters. They win over those that the project sets: forwarding, limits of inotify and, unless
	// kubelet.protectKernelDefaults is false, what the kubelet insists on.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	Sysctls []Sysctl `json:"sysctls,omitempty"`

	// users are created on the machine.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	Users []User `json:"users,omitempty"`

	// files are written to the machine before anything else happens. Files in /etc/kubernetes/kubelet.conf.d whose
	// names end in .conf set what kubelet does not offer.
	// +optional
	// +listType=map
	// +listMapKey=path
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=200
	Files []File `json:"files,omitempty"`

	// units are systemd units of the machine.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	Units []Unit `json:"units,omitempty"`

	// preCommands are shell commands that run in their order before containerd and the kubelet start. When one
	// fails, the bootstrap ends and says so.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=10240
	PreCommands []string `json:"preCommands,omitempty"`

	// postCommands are shell commands that run in their order after the kubelet was started, which does not wait
	// for the node to be ready. When one fails, the bootstrap ends and says so.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=10240
	PostCommands []string `json:"postCommands,omitempty"`
}

// KubeceptionConfigStatus is the observed state of a configuration. All of it is recomputed, so it may be lost without
// harm.
type KubeceptionConfigStatus struct {
	// conditions are the observations of the configuration's state, documented in conditions.go.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=32
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// initialization is part of the Cluster API contract; it gates the creation of the machine.
	// +optional
	Initialization KubeceptionConfigInitializationStatus `json:"initialization,omitempty,omitzero"`

	// dataSecretName is the name of the Secret with the bootstrap data, which is that of the configuration.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	DataSecretName string `json:"dataSecretName,omitempty"`

	// observedGeneration is the generation that this status is about.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}

// KubeceptionConfigInitializationStatus is part of the Cluster API contract.
// +kubebuilder:validation:MinProperties=1
type KubeceptionConfigInitializationStatus struct {
	// dataSecretCreated is true once the Secret with the bootstrap data exists, and stays true.
	// +optional
	DataSecretCreated *bool `json:"dataSecretCreated,omitempty"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubeceptionconfigs,shortName=kubeconf,scope=Namespaced,categories=cluster-api
// +kubebuilder:storageversion
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="Cluster",type="string",JSONPath=".metadata.labels['cluster\\.x-k8s\\.io/cluster-name']",description="Cluster the machine belongs to"
// +kubebuilder:printcolumn:name="Ready",type="string",JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether a machine can be made and can join"
// +kubebuilder:printcolumn:name="Reason",type="string",JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why the configuration is or is not ready",priority=1
// +kubebuilder:printcolumn:name="Data Secret Created",type="boolean",JSONPath=".status.initialization.dataSecretCreated",description="Whether the bootstrap data exists"
// +kubebuilder:printcolumn:name="Token",type="string",JSONPath=`.status.conditions[?(@.type=="BootstrapTokenAvailable")].reason`,description="What has become of the token by which the machine joins",priority=1
// +kubebuilder:printcolumn:name="Paused",type="string",JSONPath=`.status.conditions[?(@.type=="Paused")].status`,description="Whether reconciliation is paused",priority=10
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp",description="Time since creation"

// KubeceptionConfig turns a Machine, or the machines of a MachinePool, into nodes of a hosted control plane.
type KubeceptionConfig struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object's metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the desired state of the machine.
	// +optional
	Spec KubeceptionConfigSpec `json:"spec,omitempty,omitzero"`

	// status is the observed state of the configuration.
	// +optional
	Status KubeceptionConfigStatus `json:"status,omitempty,omitzero"`
}

// GetConditions returns the conditions, for the helpers of Cluster API.
func (c *KubeceptionConfig) GetConditions() []metav1.Condition { return c.Status.Conditions }

// SetConditions replaces the conditions, for the helpers of Cluster API.
func (c *KubeceptionConfig) SetConditions(conditions []metav1.Condition) {
	c.Status.Conditions = conditions
}

// +kubebuilder:object:root=true

// KubeceptionConfigList is a list of configurations.
type KubeceptionConfigList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard list's metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitempty"`
	// items are the configurations.
	Items []KubeceptionConfig `json:"items"`
}
