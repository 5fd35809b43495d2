// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// Finalizer keeps a KubeceptionControlPlane until everything it owns in the seed is gone.
const Finalizer = "kubeceptioncontrolplane.controlplane.cluster.x-k8s.io"

// GeneratedAnnotation marks Secrets that the manager made: root Secrets and the kubeconfig. One that loses its owner, as
// in a restored backup, is given it back. Secrets of users are without it and never owned.
const GeneratedAnnotation = "controlplane.cluster.x-k8s.io/kubeception-generated"

// KubeceptionControlPlaneSpec is the desired state of a hosted control plane.
//
// Rules for changes stand here because a rule at an optional field is not asked when the field comes or goes. Those that
// compare whole objects or strings are split between here and the field, and avoid optionals there, to stay within what
// an API server estimates a rule to cost.
//
// +kubebuilder:validation:XValidation:rule="self.?seed.?namespace.hasValue() == oldSelf.?seed.?namespace.hasValue()",fieldPath=".seed",message="seed.namespace cannot change because the control plane runs there; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="(has(self.exposure) && has(self.exposure.type) ? self.exposure.type : 'LoadBalancer') == (has(oldSelf.exposure) && has(oldSelf.exposure.type) ? oldSelf.exposure.type : 'LoadBalancer')",fieldPath=".exposure.type",message="exposure.type cannot change because the endpoint of a cluster cannot; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.controlPlaneEndpoint) || has(self.controlPlaneEndpoint)",fieldPath=".controlPlaneEndpoint",message="controlPlaneEndpoint cannot change once it is set; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="self.?etcd.?main.?replicas.orValue(1) >= oldSelf.?etcd.?main.?replicas.orValue(1)",fieldPath=".etcd.main.replicas",message="etcd replicas cannot shrink because members hold data, nor be left out once they are more than 1; create a new cluster from a backup instead"
// +kubebuilder:validation:XValidation:rule="self.?etcd.?main.?storage.hasValue() == oldSelf.?etcd.?main.?storage.hasValue()",fieldPath=".etcd.main.storage",message="etcd storage cannot change; create a new cluster from a backup instead"
// +kubebuilder:validation:XValidation:rule="self.?etcd.?main.?external.hasValue() == oldSelf.?etcd.?main.?external.hasValue()",fieldPath=".etcd.main.external",message="etcd cannot move between external endpoints and etcd-druid; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="self.?etcd.?events.?replicas.orValue(1) >= oldSelf.?etcd.?events.?replicas.orValue(1)",fieldPath=".etcd.events.replicas",message="etcd replicas cannot shrink because members hold data, nor be left out once they are more than 1; create a new cluster from a backup instead"
// +kubebuilder:validation:XValidation:rule="self.?etcd.?events.?storage.hasValue() == oldSelf.?etcd.?events.?storage.hasValue()",fieldPath=".etcd.events.storage",message="etcd storage cannot change; create a new cluster from a backup instead"
// +kubebuilder:validation:XValidation:rule="self.?etcd.?events.?external.hasValue() == oldSelf.?etcd.?events.?external.hasValue()",fieldPath=".etcd.events.external",message="etcd cannot move between external endpoints and etcd-druid; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="(has(self.apiServer) && has(self.apiServer.encryption) && has(self.apiServer.encryption.provider) ? self.apiServer.encryption.provider : 'aescbc') == (has(oldSelf.apiServer) && has(oldSelf.apiServer.encryption) && has(oldSelf.apiServer.encryption.provider) ? oldSelf.apiServer.encryption.provider : 'aescbc')",fieldPath=".apiServer.encryption.provider",message="encryption.provider cannot change yet; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="self.?controllerManager.?nodeCIDRMaskSize.orValue(24) == oldSelf.?controllerManager.?nodeCIDRMaskSize.orValue(24)",fieldPath=".controllerManager.nodeCIDRMaskSize",message="nodeCIDRMaskSize cannot change because nodes hold ranges of this size; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="self.?controllerManager.?nodeCIDRMaskSizeIPv6.orValue(64) == oldSelf.?controllerManager.?nodeCIDRMaskSizeIPv6.orValue(64)",fieldPath=".controllerManager.nodeCIDRMaskSizeIPv6",message="nodeCIDRMaskSizeIPv6 cannot change because nodes hold ranges of this size; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="self.?workerless.orValue(false) == oldSelf.?workerless.orValue(false)",fieldPath=".workerless",message="workerless cannot change because nodes need an API server that was made for them; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="(has(self.addons) && has(self.addons.cni) ? self.addons.cni.type : 'None') == (has(oldSelf.addons) && has(oldSelf.addons.cni) ? oldSelf.addons.cni.type : 'None')",fieldPath=".addons.cni.type",message="cni.type cannot change because running pods are connected to the network; create a new cluster instead"
// +kubebuilder:validation:XValidation:rule="!has(self.exposure) || !has(self.exposure.hostname) || !has(self.controlPlaneEndpoint) || !has(self.controlPlaneEndpoint.host) || self.exposure.hostname == self.controlPlaneEndpoint.host",fieldPath=".exposure.hostname",message="exposure.hostname must be the host of controlPlaneEndpoint because a cluster has one endpoint; remove one of them"
type KubeceptionControlPlaneSpec struct {
	// version is the Kubernetes version of the control plane, for example v1.36.3.
	// It may move forward by one minor version at a time and never backward.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="self.matches('^v(0|[1-9][0-9]*)[.](0|[1-9][0-9]*)[.](0|[1-9][0-9]*)([-+].*)?$')",message="version must be a semantic version with a leading v, for example v1.36.3"
	Version string `json:"version,omitempty"`

	// replicas is the number of kube-apiserver instances.
	// If absent, one is run.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=20
	Replicas *int32 `json:"replicas,omitempty"`

	// controlPlaneEndpoint is the address of the API server. It is written by the controller once the
	// exposure has an address; leave it out of manifests. A value set by the user is advertised as it is.
	// +optional
	// +kubebuilder:validation:XValidation:rule="!has(oldSelf.host) || self == oldSelf",message="controlPlaneEndpoint cannot change once it is set; create a new cluster instead"
	// +kubebuilder:validation:XValidation:rule="has(self.host) && has(self.port)",message="controlPlaneEndpoint needs host and port; set both, or leave the endpoint to the controller"
	// +kubebuilder:validation:XValidation:rule="!has(self.host) || isIP(self.host) || self.host.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",fieldPath=".host",message="host must be an IP address or a DNS name in lower case, without scheme or port"
	ControlPlaneEndpoint clusterv1.APIEndpoint `json:"controlPlaneEndpoint,omitempty,omitzero"`

	// rollout asks for a restart of the control plane without any other change.
	// +optional
	Rollout KubeceptionControlPlaneRolloutSpec `json:"rollout,omitempty,omitzero"`

	KubeceptionControlPlaneConfiguration `json:",inline"`
}

// KubeceptionControlPlaneRolloutSpec says when the control plane is restarted.
// +kubebuilder:validation:MinProperties=1
type KubeceptionControlPlaneRolloutSpec struct {
	// after restarts the components, except etcd, once this time has passed, one instance at a time.
	// +optional
	After metav1.Time `json:"after,omitempty,omitzero"`
}

// KubeceptionControlPlaneConfiguration is what a control plane and its template have in common.
//
// +kubebuilder:validation:XValidation:rule="!has(self.workerless) || !self.workerless || !has(self.addons)",fieldPath=".addons",message="addons have no effect without workers; remove them, or create a cluster that is not workerless"
// +kubebuilder:validation:XValidation:rule="!has(self.workerless) || !self.workerless || !has(self.scheduler)",fieldPath=".scheduler",message="scheduler has no effect without workers; remove it, or create a cluster that is not workerless"
// +kubebuilder:validation:XValidation:rule="!has(self.workerless) || !self.workerless || !has(self.controllerManager) || !(has(self.controllerManager.nodeCIDRMaskSize) || has(self.controllerManager.nodeCIDRMaskSizeIPv6) || has(self.controllerManager.nodeMonitorGracePeriodSeconds) || has(self.controllerManager.horizontalPodAutoscaler))",fieldPath=".controllerManager",message="controllerManager settings for nodes and pods have no effect without workers; keep only featureGates and logging, or create a cluster that is not workerless"
type KubeceptionControlPlaneConfiguration struct {
	// seed says where the control plane runs. If absent, it runs in the management cluster, in the
	// namespace <cluster namespace>--<cluster name>.
	// +optional
	Seed SeedSpec `json:"seed,omitempty,omitzero"`

	// exposure says how the API server is reached. If absent, a Service of type LoadBalancer.
	// +optional
	Exposure ExposureSpec `json:"exposure,omitempty,omitzero"`

	// workerless makes a control plane for an API alone: no machine can join. It has no scheduler, no tunnel and no
	// system components, runs only the controllers that need no nodes, and does not serve the resources of workloads.
	// If absent, false. It cannot change.
	// +optional
	Workerless *bool `json:"workerless,omitempty"`

	// etcd configures the two etcd clusters. If absent, etcd-druid runs one member for each.
	// +optional
	Etcd EtcdSpec `json:"etcd,omitempty,omitzero"`

	// apiServer configures kube-apiserver. If absent, the defaults of this project apply.
	// +optional
	APIServer APIServerSpec `json:"apiServer,omitempty,omitzero"`

	// controllerManager configures kube-controller-manager. If absent, the defaults of this project apply.
	// +optional
	ControllerManager ControllerManagerSpec `json:"controllerManager,omitempty,omitzero"`

	// scheduler configures kube-scheduler. If absent, the balanced profile is used.
	// +optional
	Scheduler SchedulerSpec `json:"scheduler,omitempty,omitzero"`

	// addons configures what the cluster needs inside to run pods. If absent, kube-proxy, CoreDNS and metrics-server run
	// with the defaults of this project, and no network of pods is installed.
	// +optional
	Addons AddonsSpec `json:"addons,omitempty,omitzero"`

	// components overrides single components: container resources, and patches for what has no field.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	Components []ComponentOverride `json:"components,omitempty"`
}

// SeedSpec says where a control plane runs.
// +kubebuilder:validation:MinProperties=1
type SeedSpec struct {
	// kubeconfigRef names the Secret with the kubeconfig of the seed, in the namespace of the control plane.
	// If absent, the management cluster is the seed. It may change to another way to the same seed: a control plane
	// stays where it was created, and a kubeconfig that leads elsewhere is reported and not followed.
	// +optional
	KubeconfigRef SecretKeyReference `json:"kubeconfigRef,omitempty,omitzero"`

	// namespace is the namespace in the seed that holds the control plane, and nothing else.
	// If absent, it is <cluster namespace>--<cluster name>, or the beginning and a hash of that where it is longer than
	// 63 characters.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="seed.namespace cannot change because the control plane runs there; create a new cluster instead"
	// +kubebuilder:validation:XValidation:rule="self != 'default' && !self.startsWith('kube-')",message="namespace must not be default or start with kube-; choose a namespace for this control plane alone"
	Namespace string `json:"namespace,omitempty"`
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

// LocalObjectReference names an object in the namespace of the referring object.
type LocalObjectReference struct {
	// name is the name of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}

// ExposureType is a way to reach the API server.
// +kubebuilder:validation:Enum=LoadBalancer;NodePort;ClusterIP;Gateway
type ExposureType string

const (
	// ExposureLoadBalancer gives every API server a Service of type LoadBalancer.
	ExposureLoadBalancer ExposureType = "LoadBalancer"
	// ExposureNodePort gives every API server a port on the nodes of the seed.
	ExposureNodePort ExposureType = "NodePort"
	// ExposureClusterIP makes the API server reachable inside the seed only.
	ExposureClusterIP ExposureType = "ClusterIP"
	// ExposureGateway shares one load balancer between all API servers by server name (Gateway API TLSRoute).
	ExposureGateway ExposureType = "Gateway"
)

// ExposureSpec says how the API server is reached.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="self.?type.orValue('LoadBalancer') != 'Gateway'",message="exposure.type Gateway is not available yet; use LoadBalancer, NodePort or ClusterIP"
// +kubebuilder:validation:XValidation:rule="!has(self.loadBalancerClass) || self.?type.orValue('LoadBalancer') == 'LoadBalancer'",message="exposure.loadBalancerClass is only for type LoadBalancer; remove it or change the type"
type ExposureSpec struct {
	// type is the way to reach the API server. If absent, LoadBalancer. It cannot change.
	// +optional
	Type ExposureType `json:"type,omitempty"`

	// hostname is advertised instead of the address of the Service, for example a DNS name that points to it.
	// The serving certificate is valid for it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="isIP(self) || self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="hostname must be an IP address or a DNS name in lower case, without scheme or port"
	Hostname string `json:"hostname,omitempty"`

	// loadBalancerClass selects the load balancer implementation of the seed. If absent, the seed's default.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	LoadBalancerClass string `json:"loadBalancerClass,omitempty"`

	// annotations are added to the Service, for settings of the cloud's load balancer.
	// +optional
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=50
	Annotations map[string]string `json:"annotations,omitempty"`
}

// +kubebuilder:object:root=true
// +kubebuilder:resource:path=kubeceptioncontrolplanes,shortName=kubecp,scope=Namespaced,categories=cluster-api
// +kubebuilder:storageversion
// +kubebuilder:subresource:status
// +kubebuilder:subresource:scale:specpath=.spec.replicas,statuspath=.status.replicas,selectorpath=.status.selector
// +kubebuilder:printcolumn:name="Cluster",type="string",JSONPath=".metadata.labels['cluster\\.x-k8s\\.io/cluster-name']",description="Cluster the control plane belongs to"
// +kubebuilder:printcolumn:name="Available",type="string",JSONPath=`.status.conditions[?(@.type=="Available")].status`,description="Whether the control plane passes all availability checks"
// +kubebuilder:printcolumn:name="Reason",type="string",JSONPath=`.status.conditions[?(@.type=="Available")].reason`,description="Why the control plane is or is not available",priority=1
// +kubebuilder:printcolumn:name="Initialized",type="boolean",JSONPath=".status.initialization.controlPlaneInitialized",description="Whether the API server has answered once"
// +kubebuilder:printcolumn:name="Endpoint",type="string",JSONPath=".spec.controlPlaneEndpoint.host",description="Host of the API server"
// +kubebuilder:printcolumn:name="Desired",type="integer",JSONPath=".status.effective.replicas",description="Desired number of API servers"
// +kubebuilder:printcolumn:name="Ready",type="integer",JSONPath=".status.readyReplicas",description="Number of ready API servers"
// +kubebuilder:printcolumn:name="Up-to-date",type="integer",JSONPath=".status.upToDateReplicas",description="Number of API servers with the desired configuration",priority=1
// +kubebuilder:printcolumn:name="Seed Namespace",type="string",JSONPath=".status.seedNamespace",description="Namespace in the seed that holds the control plane",priority=1
// +kubebuilder:printcolumn:name="Paused",type="string",JSONPath=`.status.conditions[?(@.type=="Paused")].status`,description="Whether reconciliation is paused",priority=10
// +kubebuilder:printcolumn:name="Age",type="date",JSONPath=".metadata.creationTimestamp",description="Time since creation"
// +kubebuilder:printcolumn:name="Version",type="string",JSONPath=".spec.version",description="Desired Kubernetes version"

// KubeceptionControlPlane is a Kubernetes control plane that runs as pods in a seed cluster.
type KubeceptionControlPlane struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object's metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty,omitzero"`

	// spec is the desired state of the control plane.
	// +required
	Spec KubeceptionControlPlaneSpec `json:"spec,omitempty,omitzero"`

	// status is the observed state of the control plane.
	// +optional
	Status KubeceptionControlPlaneStatus `json:"status,omitempty,omitzero"`
}

// GetConditions returns the conditions, for the helpers of Cluster API.
func (c *KubeceptionControlPlane) GetConditions() []metav1.Condition { return c.Status.Conditions }

// SetConditions replaces the conditions, for the helpers of Cluster API.
func (c *KubeceptionControlPlane) SetConditions(conditions []metav1.Condition) {
	c.Status.Conditions = conditions
}

// +kubebuilder:object:root=true

// KubeceptionControlPlaneList is a list of control planes.
type KubeceptionControlPlaneList struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard list's metadata.
	// +optional
	metav1.ListMeta `json:"metadata,omitempty"`
	// items are the control planes.
	Items []KubeceptionControlPlane `json:"items"`
}
