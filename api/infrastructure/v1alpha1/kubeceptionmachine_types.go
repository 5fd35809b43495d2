// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// MachineFinalizer keeps a KubeceptionMachine until its pod is gone.
const MachineFinalizer = "kubeceptionmachine.infrastructure.cluster.x-k8s.io"

// KubeceptionMachineSpec is the desired state of a local machine. It cannot change: a machine is replaced.
//
// Rules for changes stand here because a rule at an optional field is not asked when the field comes or goes.
//
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.providerID) || has(self.providerID)",fieldPath=".providerID",message="providerID cannot change once it is set; create another machine instead"
// +kubebuilder:validation:XValidation:rule="has(self.image) == has(oldSelf.image) && (!has(self.image) || self.image == oldSelf.image)",fieldPath=".image",message="image cannot change; create another machine instead"
// +kubebuilder:validation:XValidation:rule="has(self.cpu) == has(oldSelf.cpu) && (!has(self.cpu) || quantity(string(self.cpu)).compareTo(quantity(string(oldSelf.cpu))) == 0)",fieldPath=".cpu",message="cpu cannot change; create another machine instead"
// +kubebuilder:validation:XValidation:rule="has(self.memory) == has(oldSelf.memory) && (!has(self.memory) || quantity(string(self.memory)).compareTo(quantity(string(oldSelf.memory))) == 0)",fieldPath=".memory",message="memory cannot change; create another machine instead"
// +kubebuilder:validation:XValidation:rule="has(self.architecture) == has(oldSelf.architecture) && (!has(self.architecture) || self.architecture == oldSelf.architecture)",fieldPath=".architecture",message="architecture cannot change; create another machine instead"
type KubeceptionMachineSpec struct {
	// providerID is kubeception://<namespace>/<pod>. It is written by the controller when the pod exists and before it
	// may run; leave it out of manifests. A machine that has one is never made again.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:Pattern=`^kubeception://[a-z0-9]([-a-z0-9]*[a-z0-9])?/[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="providerID cannot change once it is set; create another machine instead"
	ProviderID string `json:"providerID,omitempty"`

	KubeceptionMachineConfiguration `json:",inline"`
}

// KubeceptionMachineConfiguration is what a machine and its template have in common. That it cannot change is said of machines,
// above, and by the webhook for templates: Cluster API's topology controller tries changes of templates out in dry runs.
type KubeceptionMachineConfiguration struct {
	// image is the machine image. If absent, the release's image for the Machine's Kubernetes version.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:Pattern=`^[A-Za-z0-9][A-Za-z0-9._:/@-]*$`
	Image string `json:"image,omitempty"`

	// cpu is the number of CPUs that pods can be given on the machine. As much is requested from the host cluster.
	// If absent, the machine offers all CPUs of the host's node and requests a tenth of one.
	// +optional
	// +kubebuilder:validation:XValidation:rule="quantity(string(self)).compareTo(quantity('100m')) >= 0",message="cpu must be at least 100m"
	CPU *resource.Quantity `json:"cpu,omitempty"`

	// memory is the memory that pods can be given on the machine. As much is requested from the host cluster, and the
	// machine gets no more. If absent, the machine offers all memory of the host's node and requests 256Mi.
	// +optional
	// +kubebuilder:validation:XValidation:rule="quantity(string(self)).compareTo(quantity('256Mi')) >= 0",message="memory must be at least 256Mi"
	Memory *resource.Quantity `json:"memory,omitempty"`

	// architecture is that of the machine, and of the host's node that it runs on. If absent, whatever node has room.
	// +optional
	Architecture Architecture `json:"architecture,omitempty"`
}

// Architecture is a CPU architecture.
// +kubebuilder:validation:Enum=amd64;arm64
type Architecture string

const (
	// ArchitectureAMD64 is x86 with 64 bits.
	ArchitectureAMD64 Architecture = "amd64"
	// ArchitectureARM64 is ARM with 64 bits.
	ArchitectureARM64 Architecture = "arm64"
)

// KubeceptionMachineStatus is the observed state of a local machine.
// All of it is recomputed from the host cluster, so it may be lost without harm.
type KubeceptionMachineStatus struct {
	// conditions are the observations of the state, documented in conditions.go.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=32
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// initialization is part of the Cluster API contract.
	// +optional
	Initialization KubeceptionMachineInitializationStatus `json:"initialization,omitempty,omitzero"`

	// addresses are those of the pod.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	Addresses []clusterv1.MachineAddress `json:"addresses,omitempty"`

	// failureDomain is where the machine is: the one that the Machine asks for, or the zone of the host's node.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	FailureDomain string `json:"failureDomain,omitempty"`

	// host is where the pod is, for a deletion after the KubeceptionCluster is gone.
	// +optional
	Host MachineHost `json:"host,omitempty,omitzero"`

	// observedGeneration is the generation that this status is about.
	// +optional
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}

// MachineHost is where the pod of a machine is.
type MachineHost struct {
	// kubeconfigRef names the Secret with the kubeconfig of the host cluster. If absent, the management cluster is the
	// host.
	// +optional
	KubeconfigRef SecretKeyReference `json:"kubeconfigRef,omitempty,omitzero"`

	// namespace is the namespace of the pod.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// node is the node that the pod was scheduled to.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Node string `json:"node,omitempty"`
}

// KubeceptionMachineInitializationStatus is part of the Cluster API contract.
// +kubebuilder:validation:MinProperties=1
type KubeceptionMachineInitializationStatus struct {
	// provisioned is true once the machine has run, and stays true.
	// +optional
	Provisioned *bool `json:"provisioned,omitempty"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubeceptionmachines,shortName=kubem,scope=Namespaced,categories=cluster-api
// +kubebuilder:storageversion
// +kubebuilder:subresource:status
// +kubebuilder:validation:XValidation:rule="self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",message="the name is that of a host: at most 63 characters, without dots; choose a shorter name for the Machine or its MachineDeployment"
// +kubebuilder:printcolumn:name="Cluster",type="string",JSONPath=".metadata.labels['cluster\\.x-k8s\\.io/cluster-name']",description="Cluster that the machine belongs to"
// +kubebuilder:printcolumn:name="Machine",type="string",JSONPath=`.metadata.ownerReferences[?(@.kind=="Machine")].name`,description="Machine that owns the local machine",priority=1
// +kubebuilder:printcolumn:name="Ready",type="string",JSONPath=`.status.conditions[?(@.type=="Ready")].status`,description="Whether the machine works"
// +kubebuilder:printcolumn:name="Reason",type="string",JSONPath=`.status.conditions[?(@.type=="Ready")].reason`,description="Why the machine works or does not"
// +kubebuilder:printcolumn:name="Address",type="string",JSONPath=`.status.addresses[?(@.type=="InternalIP")].address`,description="Address of the machine"
// +kubebuilder:printcolumn:name="Provider ID",type="string",JSONPath=".spec.providerID",description="Namespace and pod in the host cluster",priority=1
// +kubebuilder:printcolumn:name="Host Node",type="string",JSONPath=".status.host.node",description="Node of the host cluster",priority=1
// +kubebuilder:printcolumn:name="Failure Domain",type="string",JSONPath=".status.failureDomain",description="Where the machine is",priority=1
// +kubebuilder:printcolumn:name="Paused",type="string",JSONPath=`.status.conditions[?(@.type=="Paused")].status`,description="Whether reconciliation is paused",priority=10
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp",description="Time since creation"

// KubeceptionMachine is a local machine: a privileged pod of a host cluster with a container runtime and a kubelet of its
// own. It is for development, for tests, and for workloads that trust each other.
type KubeceptionMachine struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object's metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the desired state of the machine. If absent, the project decides everything.
	// +optional
	Spec KubeceptionMachineSpec `json:"spec,omitempty,omitzero"`

	// status is the observed state of the machine.
	// +optional
	Status KubeceptionMachineStatus `json:"status,omitempty,omitzero"`
}

// GetConditions returns the conditions, for the helpers of Cluster API.
func (m *KubeceptionMachine) GetConditions() []metav1.Condition { return m.Status.Conditions }

// SetConditions replaces the conditions, for the helpers of Cluster API.
func (m *KubeceptionMachine) SetConditions(conditions []metav1.Condition) {
	m.Status.Conditions = conditions
}

// +kubebuilder:object:root=true

// KubeceptionMachineList is a list of local machines.
type KubeceptionMachineList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard list's metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitempty"`
	// items are the machines.
	Items []KubeceptionMachine `json:"items"`
}
