// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// AddonsSpec configures what a cluster needs inside to run pods. All of it runs on the cluster's own machines and is
// restored when somebody changes or deletes it.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="!(self.?kubeProxy.?disabled.orValue(false)) || self.?cni.?type.orValue('None') != 'Flannel'",message="kubeProxy cannot be disabled with cni.type Flannel, which does not replace it; remove kubeProxy.disabled or choose another type"
type AddonsSpec struct {
	// cni is the network of pods. If absent, none is installed and nodes are not ready until you install one.
	// +optional
	CNI CNISpec `json:"cni,omitempty,omitzero"`

	// kubeProxy configures kube-proxy, which leads Services to pods. If absent, it runs in mode iptables.
	// +optional
	KubeProxy KubeProxySpec `json:"kubeProxy,omitempty,omitzero"`

	// coreDNS configures the cluster's DNS. If absent, two instances run.
	// Further zones and plugins go to the ConfigMap coredns-custom in the namespace kube-system of the workload
	// cluster, in keys that end in .server and .override.
	// +optional
	CoreDNS CoreDNSSpec `json:"coreDNS,omitempty,omitzero"`

	// nodeLocalDNS configures a DNS cache on each node. If absent, there is none.
	// +optional
	NodeLocalDNS NodeLocalDNSSpec `json:"nodeLocalDNS,omitempty,omitzero"`

	// metricsServer configures metrics-server, which "kubectl top" and autoscalers of pods ask. If absent, it runs.
	// +optional
	MetricsServer MetricsServerSpec `json:"metricsServer,omitempty,omitzero"`
}

// CNIType is a network of pods.
// +kubebuilder:validation:Enum=None;Flannel;Calico;Cilium
type CNIType string

const (
	// CNINone installs nothing; the user does.
	CNINone CNIType = "None"
	// CNIFlannel installs Flannel. It enforces no NetworkPolicies.
	CNIFlannel CNIType = "Flannel"
	// CNICalico installs the user's manifests of Calico.
	CNICalico CNIType = "Calico"
	// CNICilium installs the user's manifests of Cilium.
	CNICilium CNIType = "Cilium"
)

// CNISpec says which network connects pods.
// +kubebuilder:validation:XValidation:rule="!has(self.flannel) || self.type == 'Flannel'",message="flannel is only for type Flannel; remove it or change the type"
// +kubebuilder:validation:XValidation:rule="has(self.manifestsRefs) == (self.type in ['Calico', 'Cilium'])",message="manifestsRefs are required for the types Calico and Cilium, and only for these; name the ConfigMaps with their manifests, or remove the field"
// +kubebuilder:validation:XValidation:rule="(has(self.flannel) && has(self.flannel.backend) ? self.flannel.backend : 'vxlan') == (has(oldSelf.flannel) && has(oldSelf.flannel.backend) ? oldSelf.flannel.backend : 'vxlan')",fieldPath=".flannel.backend",message="flannel.backend cannot change because nodes with different backends do not reach each other; create a new cluster instead"
type CNISpec struct {
	// type is the network. It cannot change, because running pods are connected to it.
	// +required
	Type CNIType `json:"type,omitempty"`

	// flannel configures Flannel.
	// +optional
	Flannel FlannelSpec `json:"flannel,omitempty,omitzero"`

	// manifestsRefs name ConfigMaps in the namespace of the control plane with the manifests of Calico or Cilium, for
	// example from "helm template --no-hooks". Every key holds YAML documents; all of them are installed and kept.
	// The variables KUBECEPTION_ENDPOINT_HOST, KUBECEPTION_ENDPOINT_PORT and KUBECEPTION_POD_CIDR, in braces after a
	// dollar sign, are replaced by the address of the API server and the first range of pods.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	ManifestsRefs []LocalObjectReference `json:"manifestsRefs,omitempty"`
}

// FlannelBackend is a way to carry packets between nodes.
// +kubebuilder:validation:Enum=vxlan;host-gw
type FlannelBackend string

const (
	// FlannelVXLAN wraps packets in UDP (port 8472), which works in every network.
	FlannelVXLAN FlannelBackend = "vxlan"
	// FlannelHostGateway routes packets to nodes as they are, which is faster and needs nodes in one layer 2 network
	// that lets addresses of pods pass.
	FlannelHostGateway FlannelBackend = "host-gw"
)

// FlannelSpec configures Flannel.
// +kubebuilder:validation:MinProperties=1
type FlannelSpec struct {
	// backend is the way to carry packets between nodes. If absent, vxlan.
	// It cannot change, because nodes with different backends do not reach each other.
	// +optional
	Backend FlannelBackend `json:"backend,omitempty"`
}

// KubeProxyMode is a way to program a node's kernel.
// +kubebuilder:validation:Enum=iptables;nftables
type KubeProxyMode string

const (
	// KubeProxyIPTables works with every kernel.
	KubeProxyIPTables KubeProxyMode = "iptables"
	// KubeProxyNFTables is faster with many Services. It needs Linux 5.13.
	KubeProxyNFTables KubeProxyMode = "nftables"
)

// KubeProxySpec configures kube-proxy. It runs in the version of each node's kubelet.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="!(self.?disabled.orValue(false)) || !(has(self.mode) || has(self.conntrackMaxPerCore))",message="a disabled kubeProxy takes no settings; remove them or disabled"
type KubeProxySpec struct {
	// disabled leaves kube-proxy out, for networks that replace it, such as Cilium. If absent, it runs.
	// Nodes that ran it keep its rules until they are replaced.
	// +optional
	Disabled *bool `json:"disabled,omitempty"`

	// mode is the way to program the kernel. If absent, iptables.
	// +optional
	Mode KubeProxyMode `json:"mode,omitempty"`

	// conntrackMaxPerCore is the number of connections that a node tracks per CPU core.
	// If absent, or 0, the limit of the machine's kernel stays as it is.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=4194304
	ConntrackMaxPerCore *int32 `json:"conntrackMaxPerCore,omitempty"`
}

// CoreDNSSpec configures the cluster's DNS.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="!has(self.maxReplicas) || self.maxReplicas >= self.?replicas.orValue(2)",message="maxReplicas must not be less than replicas, which is 2 if absent; raise it or lower replicas"
type CoreDNSSpec struct {
	// replicas is the number of instances. If absent, 2.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	Replicas *int32 `json:"replicas,omitempty"`

	// maxReplicas lets a HorizontalPodAutoscaler add instances up to this number while they use more than 70 % of the
	// CPU that they request. It needs metrics-server. If absent, the number is fixed.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	MaxReplicas *int32 `json:"maxReplicas,omitempty"`

	// upstreamServers answer for all names outside the cluster, as an IP address with an optional port, for example
	// 192.0.2.53 or [2001:db8::53]:5353. If absent, those of the node that an instance runs on.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=15
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.all(s, isIP(s) || (s.matches('^([0-9.]+|[[][0-9a-fA-F:.]+[]]):[0-9]{1,5}$') && isIP(s.replace('[', '').replace(']', '').substring(0, s.replace('[', '').replace(']', '').lastIndexOf(':')))))",message="upstreamServers must be IP addresses with an optional port, for example 192.0.2.53 or [2001:db8::53]:5353"
	UpstreamServers []string `json:"upstreamServers,omitempty"`
}

// NodeLocalDNSSpec configures a DNS cache on each node, at the address 169.254.20.10. Nodes use it from their creation
// on, so that those which exist when this changes are to be replaced.
// +kubebuilder:validation:MinProperties=1
// +kubebuilder:validation:XValidation:rule="self.?enabled.orValue(false) || !(has(self.forceTCPToClusterDNS) || has(self.forceTCPToUpstreamDNS) || has(self.disableForwardToUpstreamDNS))",message="forceTCPToClusterDNS, forceTCPToUpstreamDNS and disableForwardToUpstreamDNS are only for a cache that is enabled; set enabled to true or remove them"
type NodeLocalDNSSpec struct {
	// enabled runs the cache. If absent, it does not run. It needs IPv4, and dummy network interfaces in the kernel of
	// the machines.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`

	// forceTCPToClusterDNS asks CoreDNS over TCP, which loses no packets. If absent, true.
	// +optional
	ForceTCPToClusterDNS *bool `json:"forceTCPToClusterDNS,omitempty"`

	// forceTCPToUpstreamDNS asks the node's DNS servers over TCP. If absent, true.
	// +optional
	ForceTCPToUpstreamDNS *bool `json:"forceTCPToUpstreamDNS,omitempty"`

	// disableForwardToUpstreamDNS asks CoreDNS also for names outside the cluster, instead of the node's DNS servers, so
	// that the settings of CoreDNS apply to them. If absent, false.
	// +optional
	DisableForwardToUpstreamDNS *bool `json:"disableForwardToUpstreamDNS,omitempty"`
}

// MetricsServerSpec configures metrics-server.
// +kubebuilder:validation:MinProperties=1
type MetricsServerSpec struct {
	// disabled leaves metrics-server out, for clusters with another source of metrics. If absent, it runs.
	// +optional
	Disabled *bool `json:"disabled,omitempty"`
}
