// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// KubeceptionControlPlaneTemplateSpec is the desired state of a template.
type KubeceptionControlPlaneTemplateSpec struct {
	// template is what control planes are made from.
	// +required
	Template KubeceptionControlPlaneTemplateResource `json:"template,omitempty"`
}

// KubeceptionControlPlaneTemplateResource is what control planes are made from.
type KubeceptionControlPlaneTemplateResource struct {
	// metadata is copied to the control plane's labels and annotations.
	// +optional
	ObjectMeta clusterv1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the control plane without what a Cluster's topology provides: version, replicas, endpoint and
	// rollout.
	// +optional
	Spec KubeceptionControlPlaneConfiguration `json:"spec,omitempty,omitzero"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubeceptioncontrolplanetemplates,shortName=kubecpt,scope=Namespaced,categories=cluster-api
// +kubebuilder:storageversion
// +kubebuilder:printcolumn:name="ClusterClass",type="string",JSONPath=`.metadata.ownerReferences[?(@.kind=="ClusterClass")].name`,description="ClusterClass that uses the template"
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp",description="Time since creation"

// KubeceptionControlPlaneTemplate is a control plane for use in a ClusterClass.
type KubeceptionControlPlaneTemplate struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object's metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the desired state of the template.
	// +optional
	Spec KubeceptionControlPlaneTemplateSpec `json:"spec,omitempty,omitzero"`
}

// +kubebuilder:object:root=true

// KubeceptionControlPlaneTemplateList is a list of templates.
type KubeceptionControlPlaneTemplateList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard list's metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitempty"`
	// items are the templates.
	Items []KubeceptionControlPlaneTemplate `json:"items"`
}
