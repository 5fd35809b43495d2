// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// KubeceptionConfigTemplateSpec is the desired state of a template.
type KubeceptionConfigTemplateSpec struct {
	// template is what configurations are made from.
	// +required
	Template KubeceptionConfigTemplateResource `json:"template,omitempty"`
}

// KubeceptionConfigTemplateResource is what configurations are made from.
type KubeceptionConfigTemplateResource struct {
	// metadata is copied to the configuration's labels and annotations.
	// +optional
	ObjectMeta clusterv1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the configuration.
	// +optional
	Spec KubeceptionConfigSpec `json:"spec,omitempty,omitzero"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubeceptionconfigtemplates,shortName=kubeconft,scope=Namespaced,categories=cluster-api
// +kubebuilder:storageversion
// +kubebuilder:printcolumn:name="ClusterClass",type="string",JSONPath=`.metadata.ownerReferences[?(@.kind=="ClusterClass")].name`,description="ClusterClass that uses the template"
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp",description="Time since creation"

// KubeceptionConfigTemplate is a configuration from which those of Machines are made.
type KubeceptionConfigTemplate struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object's metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the desired state of the template.
	// +optional
	Spec KubeceptionConfigTemplateSpec `json:"spec,omitempty,omitzero"`
}

// +kubebuilder:object:root=true

// KubeceptionConfigTemplateList is a list of templates.
type KubeceptionConfigTemplateList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard list's metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitempty"`
	// items are the templates.
	Items []KubeceptionConfigTemplate `json:"items"`
}
