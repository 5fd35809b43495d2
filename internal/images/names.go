// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package images

// Names of the images in images.yaml.
const (
	KubeAPIServer         = "kube-apiserver"
	KubeControllerManager = "kube-controller-manager"
	KubeScheduler         = "kube-scheduler"
	KubeProxy             = "kube-proxy"
	CoreDNS               = "coredns"
	NodeCache             = "k8s-dns-node-cache"
	MetricsServer         = "metrics-server"
	Flannel               = "flannel"
	FlannelCNIPlugin      = "flannel-cni-plugin"
	KonnectivityServer    = "proxy-server"
	KonnectivityAgent     = "proxy-agent"
	KubeceptionMachine    = "kubeception-machine"
)

// Names lists the images in images.yaml.
func Names() []string {
	return []string{
		KubeAPIServer, KubeControllerManager, KubeScheduler, KubeProxy, CoreDNS, NodeCache, MetricsServer, Flannel,
		FlannelCNIPlugin, KonnectivityServer, KonnectivityAgent, KubeceptionMachine,
	}
}
