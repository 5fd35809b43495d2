// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// KubeceptionClusterTemplateSpec is the desired state of a template.
type KubeceptionClusterTemplateSpec struct {
	// template is what KubeceptionClusters are made from.
	// +required
	Template KubeceptionClusterTemplateResource `json:"template,omitempty"`
}

// KubeceptionClusterTemplateResource is what KubeceptionClusters are made from.
type KubeceptionClusterTemplateResource struct {
	// metadata is copied to the labels and annotations.
	// +optional
	ObjectMeta clusterv1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec says where the machines run. If absent, in the management cluster. Leave namespace out where several
	// clusters are made from the template: a namespace holds the machines of one cluster.
	// +optional
	Spec KubeceptionClusterSpec `json:"spec,omitempty,omitzero"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubeceptionclustertemplates,shortName=kubect,scope=Namespaced,categories=cluster-api
// +kubebuilder:storageversion
// +kubebuilder:printcolumn:name="ClusterClass",type="string",JSONPath=`.metadata.ownerReferences[?(@.kind=="ClusterClass")].name`,description="ClusterClass that uses the template"
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp",description="Time since creation"

// KubeceptionClusterTemplate is a KubeceptionCluster for use in a ClusterClass.
type KubeceptionClusterTemplate struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object's metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the desired state of the template.
	// +optional
	Spec KubeceptionClusterTemplateSpec `json:"spec,omitempty,omitzero"`
}

// +kubebuilder:object:root=true

// KubeceptionClusterTemplateList is a list of templates.
type KubeceptionClusterTemplateList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard list's metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitempty"`
	// items are the templates.
	Items []KubeceptionClusterTemplate `json:"items"`
}
