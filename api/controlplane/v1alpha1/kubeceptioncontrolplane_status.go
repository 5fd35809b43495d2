// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// KubeceptionControlPlaneStatus is the observed state of a hosted control plane.
// All of it is recomputed from the seed, so it may be lost without harm.
type KubeceptionControlPlaneStatus struct {
	// conditions are the observations of the control plane's state, documented in conditions.go.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=32
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// initialization is part of the Cluster API contract; it gates the creation of worker machines.
	// +optional
	Initialization KubeceptionControlPlaneInitializationStatus `json:"initialization,omitempty,omitzero"`

	// externalManagedControlPlane is always true: the control plane has no Machines and no Nodes.
	// Machine controllers need it to drain and delete Nodes, and AWS to place worker machines.
	// +optional
	ExternalManagedControlPlane *bool `json:"externalManagedControlPlane,omitempty"`

	// selector selects the kube-apiserver pods in the seed namespace, for the scale subresource.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=4096
	Selector string `json:"selector,omitempty"`

	// replicas is the number of kube-apiserver instances that exist.
	// +optional
	Replicas *int32 `json:"replicas,omitempty"`

	// readyReplicas is the number of kube-apiserver instances that are ready.
	// +optional
	ReadyReplicas *int32 `json:"readyReplicas,omitempty"`

	// availableReplicas is the number of kube-apiserver instances that are available.
	// +optional
	AvailableReplicas *int32 `json:"availableReplicas,omitempty"`

	// upToDateReplicas is the number of kube-apiserver instances with the desired configuration.
	// +optional
	UpToDateReplicas *int32 `json:"upToDateReplicas,omitempty"`

	// versions are the Kubernetes versions that kube-apiserver instances run, oldest first.
	// +optional
	// +listType=map
	// +listMapKey=version
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	Versions []clusterv1.StatusVersion `json:"versions,omitempty"`

	// version is the oldest of versions, for releases of Cluster API that do not know versions.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Version string `json:"version,omitempty"`

	// observedGeneration is the generation that this status is about.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// seedNamespace is the namespace in the seed that holds the control plane.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	SeedNamespace string `json:"seedNamespace,omitempty"`

	// effective shows what the project decided where the spec is silent.
	// +optional
	Effective EffectiveConfiguration `json:"effective,omitempty,omitzero"`

	// components is the health of each hosted component.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=64
	Components []ComponentStatus `json:"components,omitempty"`

	// certificates is the expiry of each certificate, soonest first.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=64
	Certificates []CertificateStatus `json:"certificates,omitempty"`
}

// KubeceptionControlPlaneInitializationStatus is part of the Cluster API contract.
// +kubebuilder:validation:MinProperties=1
type KubeceptionControlPlaneInitializationStatus struct {
	// controlPlaneInitialized is true once the API server has answered, and stays true.
	// +optional
	ControlPlaneInitialized *bool `json:"controlPlaneInitialized,omitempty"`
}

// EffectiveConfiguration shows the values in force, whether the user or the project chose them.
type EffectiveConfiguration struct {
	// replicas is the desired number of kube-apiserver instances.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Replicas *int32 `json:"replicas,omitempty"`

	// exposure is the way the API server is reached.
	// +optional
	Exposure ExposureType `json:"exposure,omitempty"`

	// serviceCIDRs are the address ranges of Services in the cluster.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=2
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=43
	ServiceCIDRs []string `json:"serviceCIDRs,omitempty"`

	// podCIDRs are the address ranges of pods in the cluster.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=2
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=43
	PodCIDRs []string `json:"podCIDRs,omitempty"`

	// serviceAccountIssuer is the issuer of service account tokens.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	ServiceAccountIssuer string `json:"serviceAccountIssuer,omitempty"`

	// encryptedResources are the resources encrypted at rest.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	EncryptedResources []string `json:"encryptedResources,omitempty"`

	// podSecurity is the Pod Security level that the seed namespace enforces.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	PodSecurity string `json:"podSecurity,omitempty"`
}

// ComponentState is the state of a hosted component.
// +kubebuilder:validation:Enum=Healthy;Progressing;Unhealthy;Waiting
type ComponentState string

const (
	// ComponentHealthy means that the component runs as desired.
	ComponentHealthy ComponentState = "Healthy"
	// ComponentProgressing means that the component is starting or rolling, and serves as far as it can.
	ComponentProgressing ComponentState = "Progressing"
	// ComponentUnhealthy means that the component does not work; the message says why.
	ComponentUnhealthy ComponentState = "Unhealthy"
	// ComponentWaiting means that the component waits for those it needs; the message names them.
	ComponentWaiting ComponentState = "Waiting"
)

// ComponentStatus is the health of one hosted component.
type ComponentStatus struct {
	// name is the name of the component, for example kube-apiserver.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Name string `json:"name,omitempty"`

	// state says whether the component works.
	// +required
	State ComponentState `json:"state,omitempty"`

	// version is the Kubernetes version that the component runs, where it has one.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Version string `json:"version,omitempty"`

	// message says what the component waits for or what is wrong with it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
}

// CertificateStatus is the expiry of one certificate.
type CertificateStatus struct {
	// name is the name of the Secret with the certificate.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// expiresAt is the time after which the certificate is not valid. Certificates are renewed well before.
	// +required
	ExpiresAt metav1.Time `json:"expiresAt,omitempty,omitzero"`
}
