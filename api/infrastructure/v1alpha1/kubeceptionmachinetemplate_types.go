// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// KubeceptionMachineTemplateSpec is the desired state of a template.
type KubeceptionMachineTemplateSpec struct {
	// template is what machines are made from. It cannot change: create another template and refer to it instead.
	// +required
	Template KubeceptionMachineTemplateResource `json:"template,omitempty"`
}

// KubeceptionMachineTemplateResource is what machines are made from.
type KubeceptionMachineTemplateResource struct {
	// metadata is copied to the machine's labels and annotations.
	// +optional
	ObjectMeta clusterv1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the machine without its provider ID.
	// +optional
	Spec KubeceptionMachineConfiguration `json:"spec,omitempty,omitzero"`
}

// KubeceptionMachineTemplateStatus tells a cluster autoscaler what a machine will be, before there is one.
type KubeceptionMachineTemplateStatus struct {
	// capacity is the size of a machine, as far as the specification says it.
	// +optional
	Capacity corev1.ResourceList `json:"capacity,omitempty"`

	// nodeInfo is the platform of a machine.
	// +optional
	NodeInfo NodeInfo `json:"nodeInfo,omitempty,omitzero"`
}

// NodeInfo is the platform of a machine.
// +kubebuilder:validation:MinProperties=1
type NodeInfo struct {
	// architecture is the CPU architecture. If absent, it is not known before the machine runs.
	// +optional
	Architecture Architecture `json:"architecture,omitempty"`

	// operatingSystem is always linux.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	OperatingSystem string `json:"operatingSystem,omitempty"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubeceptionmachinetemplates,shortName=kubemt,scope=Namespaced,categories=cluster-api
// +kubebuilder:storageversion
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="CPU",type="string",JSONPath=".spec.template.spec.cpu",description="CPUs of a machine"
// +kubebuilder:printcolumn:name="Memory",type="string",JSONPath=".spec.template.spec.memory",description="Memory of a machine"
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp",description="Time since creation"

// KubeceptionMachineTemplate is a local machine for use in MachineDeployments, MachinePools and ClusterClasses.
type KubeceptionMachineTemplate struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object's metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the desired state of the template.
	// +optional
	Spec KubeceptionMachineTemplateSpec `json:"spec,omitempty,omitzero"`

	// status tells a cluster autoscaler what a machine will be.
	// +optional
	Status KubeceptionMachineTemplateStatus `json:"status,omitempty,omitzero"`
}

// +kubebuilder:object:root=true

// KubeceptionMachineTemplateList is a list of templates.
type KubeceptionMachineTemplateList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard list's metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitempty"`
	// items are the templates.
	Items []KubeceptionMachineTemplate `json:"items"`
}
