// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package wiring holds the names, ports and labels by which the parts of a control plane find each other.
// Components never import one another; what two of them must agree on is here.
package wiring

import (
	"fmt"
	"net"
	"strconv"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

// Names of the hosted components, as in status.components.
const (
	Network               = "network"
	EtcdMain              = "etcd-main"
	EtcdEvents            = "etcd-events"
	KubeAPIServer         = "kube-apiserver"
	KubeControllerManager = "kube-controller-manager"
	KubeScheduler         = "kube-scheduler"
	NodeAccess            = "node-access"
	Konnectivity          = "konnectivity"
	KubernetesService     = "kubernetes-service"
	CNI                   = "cni"
	KubeProxy             = "kube-proxy"
	CoreDNS               = "coredns"
	NodeLocalDNS          = "node-local-dns"
	MetricsServer         = "metrics-server"
)

// Ports.
const (
	// KubeAPIServerPort is served by the API server's pods and Services. It is 6443 on both, so that the port that
	// pods in the workload cluster learn equals the published one.
	KubeAPIServerPort = 6443
	// EtcdClientPort, EtcdPeerPort and EtcdBackupPort are etcd-druid's defaults.
	EtcdClientPort = 2379
	EtcdPeerPort   = 2380
	EtcdBackupPort = 8080
	// DNSPort is the port of DNS; DNSPodPort is where some distributions' DNS pods listen behind it.
	DNSPort    = 53
	DNSPodPort = 8053
	// EtcdWrapperPort serves the readiness probe of etcd pods.
	EtcdWrapperPort = 9095
	// KubeControllerManagerPort and KubeSchedulerPort serve health and metrics.
	KubeControllerManagerPort = 10257
	KubeSchedulerPort         = 10259
	// KonnectivityPort is where the agents of the tunnel connect to, on the pods and Services of the API server.
	KonnectivityPort = 8132
)

// Labels and annotations of objects in the seed.
const (
	// LabelManagedBy marks every object that the framework writes; caches select on it.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// ManagedBy is the value of LabelManagedBy.
	ManagedBy = "kubeception"
	// LabelComponent names the component that rendered the object; pruning selects on it.
	LabelComponent = "kubeception.cluster.x-k8s.io/component"
	// LabelClusterName and LabelClusterNamespace lead from an object in the seed to its Cluster.
	LabelClusterName      = "kubeception.cluster.x-k8s.io/cluster-name"
	LabelClusterNamespace = "kubeception.cluster.x-k8s.io/cluster-namespace"
	// LabelApp selects the pods of a workload; its value is the workload's name.
	LabelApp = "app.kubernetes.io/name"
	// AnnotationVersion is the Kubernetes version that a workload runs.
	AnnotationVersion = "kubeception.cluster.x-k8s.io/version"
	// LabelVersion is AnnotationVersion on pods, so that running versions can be counted.
	LabelVersion = "kubeception.cluster.x-k8s.io/version"
)

// LabelKubeletVersion is on every node that our bootstrap provider makes: the Kubernetes version of its kubelet, for
// example v1.36.3. What must run in the version of the node, such as kube-proxy, is selected by it.
const LabelKubeletVersion = kubernetes.LabelKubeletVersion

// BootstrapGroup is the group of the bootstrap tokens that our bootstrap provider makes for machines.
const BootstrapGroup = "system:bootstrappers:kubeception"

// KubeletClientUser is who the API server is to kubelets.
const KubeletClientUser = "kubeception:kube-apiserver:kubelet"

// The tunnel: who its agents are in the workload cluster, and for whom their tokens are.
const (
	KonnectivityAgent    = "konnectivity-agent"
	KonnectivityAudience = "system:konnectivity-server"
	// KonnectivityServerUser is who the server is to the API server.
	KonnectivityServerUser = "system:konnectivity-server"
)

// What is in the workload cluster.
const (
	// LabelSystemApp selects the pods of system components; users and tools know them by it.
	LabelSystemApp = "k8s-app"
	// APIServerHostVariable and APIServerPortVariable are the environment variables by which client-go in a pod finds
	// the API server.
	APIServerHostVariable = "KUBERNETES_SERVICE_HOST"
	APIServerPortVariable = "KUBERNETES_SERVICE_PORT"
	// NodeLocalDNSAddress is where the DNS cache of each node listens.
	NodeLocalDNSAddress = "169.254.20.10"
	// DNSService is the Service of the cluster's DNS.
	DNSService = "kube-dns"
)

// PriorityClass is the priority of all hosted pods, below the system's and above ordinary workloads.
const PriorityClass = "kubeception-control-plane"

// Secrets and Services that components share.
const (
	// KubeAPIServerService is the Service of the API server inside the seed; the exposure may use it too.
	KubeAPIServerService = KubeAPIServer
	// EtcdClientSecret is the client certificate that the API server uses.
	EtcdClientSecret = "kube-apiserver-etcd-client"
	// CABundleKey is the key of certificate bundles in Secrets and ConfigMaps.
	CABundleKey = "ca.crt"
)

// ServiceHost is the DNS name of a Service in the seed, without the seed's domain, which is not known here.
func ServiceHost(service, namespace string) string {
	return fmt.Sprintf("%s.%s.svc", service, namespace)
}

// KubeAPIServerURL is where pods in the seed reach the API server.
func KubeAPIServerURL(namespace string) string {
	return httpsURL(ServiceHost(KubeAPIServerService, namespace), KubeAPIServerPort)
}

func httpsURL(host string, port int) string {
	return "https://" + net.JoinHostPort(host, strconv.Itoa(port))
}

// ServiceDNSNames are the names under which pods in the seed may address a Service, for its certificate. The last
// one assumes the usual domain of the seed; nothing here addresses a Service by it.
func ServiceDNSNames(service, namespace string) []string {
	return []string{
		service,
		fmt.Sprintf("%s.%s", service, namespace),
		ServiceHost(service, namespace),
		ServiceHost(service, namespace) + ".cluster.local",
	}
}

// EtcdClientService is the Service that etcd-druid makes for clients. It leads to ready members only.
func EtcdClientService(etcd string) string { return etcd + "-client" }

// EtcdPeerService is the headless Service that etcd-druid makes. It publishes members before they are ready, so
// the API server finds them 15 seconds earlier than through the client Service.
func EtcdPeerService(etcd string) string { return etcd + "-peer" }

// EtcdEndpoints are the client URLs of the members of an etcd cluster that etcd-druid runs.
func EtcdEndpoints(etcd, namespace string, replicas int32) []string {
	endpoints := make([]string, 0, replicas)
	for i := range replicas {
		host := fmt.Sprintf("%s-%d.%s", etcd, i, ServiceHost(EtcdPeerService(etcd), namespace))
		endpoints = append(endpoints, httpsURL(host, EtcdClientPort))
	}
	return endpoints
}

// AllowTo is the label by which a pod asks to connect to a peer, for example AllowTo(KubeAPIServer). The
// NetworkPolicies of package network turn it into an open connection; everything else is denied.
func AllowTo(peer string) string { return "kubeception.cluster.x-k8s.io/to-" + peer }

// Peers outside the components that a pod may ask to connect to.
const (
	// PeerDNS is the DNS service of the seed.
	PeerDNS = "dns"
	// PeerSeedAPIServer is the API server of the seed.
	PeerSeedAPIServer = "seed-apiserver"
	// PeerInternet is any address outside the cluster, for object stores and identity providers.
	PeerInternet = "internet"
)

// Allowed is the value of AllowTo labels.
const Allowed = "allowed"
