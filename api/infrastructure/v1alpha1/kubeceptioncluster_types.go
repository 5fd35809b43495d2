// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// ClusterFinalizer keeps a KubeceptionCluster until its namespace in the host cluster is gone.
const ClusterFinalizer = "kubeceptioncluster.infrastructure.cluster.x-k8s.io"

// KubeceptionClusterSpec says where the machines of a cluster run.
//
// Rules for changes stand here because a rule at an optional field is not asked when the field comes or goes.
//
// +kubebuilder:validation:XValidation:rule="has(self.kubeconfigRef) == has(oldSelf.kubeconfigRef)",fieldPath=".kubeconfigRef",message="kubeconfigRef cannot change because machines do not move; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="has(self.__namespace__) == has(oldSelf.__namespace__)",fieldPath=".namespace",message="namespace cannot change because machines do not move; create a new cluster instead"
type KubeceptionClusterSpec struct {
	// kubeconfigRef names the Secret with the kubeconfig of the host cluster, in the namespace of the
	// KubeceptionCluster. If absent, the management cluster is the host. It cannot change, but the content of the Secret
	// can.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="kubeconfigRef cannot change because machines do not move; create a new cluster instead"
	KubeconfigRef SecretKeyReference `json:"kubeconfigRef,omitempty,omitzero"`

	// namespace is the namespace in the host cluster that holds the machines, and nothing else. It enforces no pod
	// security, because machines are privileged pods. If absent, it is <cluster namespace>--<cluster name>--machines, or
	// the beginning and a hash of that where it is longer than 63 characters. It cannot change.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="namespace cannot change because machines do not move; create a new cluster instead"
	// +kubebuilder:validation:XValidation:rule="self != 'default' && !self.startsWith('kube-')",message="namespace must not be default or start with kube-; choose a namespace for these machines alone"
	Namespace string `json:"namespace,omitempty"`

	// failureDomains are virtual failure domains: names that machines are spread over as if they were zones, wherever
	// their pods run. If absent, the zones of the host cluster's nodes are the failure domains.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	FailureDomains []VirtualFailureDomain `json:"failureDomains,omitempty"`
}

// VirtualFailureDomain is a failure domain that exists by name alone.
type VirtualFailureDomain struct {
	// name is the name of the failure domain. Nodes get it as the label topology.kubernetes.io/zone.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`
	Name string `json:"name,omitempty"`
}

// SecretKeyReference names one key of a Secret in the namespace of the referring object.
type SecretKeyReference struct {
	// name is the name of the Secret.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// key is the key in the Secret's data. If absent, "value", as in kubeconfig Secrets of Cluster API.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Key string `json:"key,omitempty"`
}

// KubeceptionClusterStatus is the observed state of the place where the machines of a cluster run.
// All of it is recomputed from the host cluster, so it may be lost without harm.
type KubeceptionClusterStatus struct {
	// conditions are the observations of the state, documented in conditions.go.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=32
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// initialization is part of the Cluster API contract; it gates the creation of machines.
	// +optional
	Initialization KubeceptionClusterInitializationStatus `json:"initialization,omitempty,omitzero"`

	// failureDomains are those of the specification, or the zones of the host cluster. None is for machines of control
	// planes.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	FailureDomains []clusterv1.FailureDomain `json:"failureDomains,omitempty"`

	// namespace is the namespace in the host cluster that holds the machines.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// observedGeneration is the generation that this status is about.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}

// KubeceptionClusterInitializationStatus is part of the Cluster API contract.
// +kubebuilder:validation:MinProperties=1
type KubeceptionClusterInitializationStatus struct {
	// provisioned is true once machines can be made, and stays true.
	// +optional
	Provisioned *bool `json:"provisioned,omitempty"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubeceptionclusters,shortName=kubec,scope=Namespaced,categories=cluster-api
// +kubebuilder:storageversion
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="Cluster",type="string",JSONPath=".metadata.labels['cluster\\.x-k8s\\.io/cluster-name']",description="Cluster that the machines belong to"
// +kubebuilder:printcolumn:name="Ready",type="string",JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether machines can be made"
// +kubebuilder:printcolumn:name="Reason",type="string",JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why machines can or cannot be made",priority=1
// +kubebuilder:printcolumn:name="Provisioned",type="boolean",JSONPath=".status.initialization.provisioned",description="Whether machines could be made once"
// +kubebuilder:printcolumn:name="Machine Namespace",type="string",JSONPath=".status.namespace",description="Namespace in the host cluster that holds the machines"
// +kubebuilder:printcolumn:name="Frozen",type="string",JSONPath=`.status.conditions[?(@.type=="MachineSetsFrozen")].status`,description="Whether MachineSets are paused because they made too many machines",priority=1
// +kubebuilder:printcolumn:name="Paused",type="string",JSONPath=`.status.conditions[?(@.type=="Paused")].status`,description="Whether reconciliation is paused",priority=10
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp",description="Time since creation"

// KubeceptionCluster is the place where the local machines of a cluster run: a namespace of a host cluster.
type KubeceptionCluster struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object's metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec says where the machines run. If absent, in the management cluster.
	// +optional
	Spec KubeceptionClusterSpec `json:"spec,omitempty,omitzero"`

	// status is the observed state.
	// +optional
	Status KubeceptionClusterStatus `json:"status,omitempty,omitzero"`
}

// GetConditions returns the conditions, for the helpers of Cluster API.
func (c *KubeceptionCluster) GetConditions() []metav1.Condition { return c.Status.Conditions }

// SetConditions replaces the conditions, for the helpers of Cluster API.
func (c *KubeceptionCluster) SetConditions(conditions []metav1.Condition) {
	c.Status.Conditions = conditions
}

// +kubebuilder:object:root=true

// KubeceptionClusterList is a list of KubeceptionClusters.
type KubeceptionClusterList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard list's metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitempty"`
	// items are the KubeceptionClusters.
	Items []KubeceptionCluster `json:"items"`
}
