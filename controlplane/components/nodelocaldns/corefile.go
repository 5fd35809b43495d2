// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodelocaldns

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const (
	// Address is that of the cache on every node; kubelets tell it to pods.
	Address = wiring.NodeLocalDNSAddress

	// Ports in the network of the node, beside those that are often taken there.
	healthPort  = "8099"
	metricsPort = 9253

	corefileKey   = "Corefile"
	nodeResolvers = "/etc/resolv.conf"
)

func configMap(in *component.Input, clusterDNS string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: component.SystemMeta(wiring.NodeLocalDNS),
		Data:       map[string]string{corefileKey: corefile(in, clusterDNS)},
	}
}

// corefile asks CoreDNS for the names of the cluster and for reverse names, of which it knows the cluster's, and the
// node's servers for all others.
func corefile(in *component.Input, clusterDNS string) string {
	spec := in.Addons().NodeLocalDNS
	toCluster := forward(clusterDNS, ptr.Deref(spec.ForceTCPToClusterDNS, true))
	upstream := toCluster
	if !ptr.Deref(spec.DisableForwardToUpstreamDNS, false) {
		upstream = forward(nodeResolvers, ptr.Deref(spec.ForceTCPToUpstreamDNS, true))
	}
	// Names of the cluster that do not exist are asked for often, by the search path of every pod.
	clusterCache := "cache {\n        success 9984 30\n        denial 9984 5\n    }"
	health := fmt.Sprintf("\n    health %s:%s", Address, healthPort)
	return strings.Join([]string{
		server(in.Network.DNSDomain, clusterCache, toCluster+health),
		server("in-addr.arpa", "cache 30", toCluster),
		server("ip6.arpa", "cache 30", toCluster),
		server(".", "cache 30", upstream),
	}, "")
}

func server(zone, cache, forward string) string {
	return fmt.Sprintf(`%s:%d {
    errors
    %s
    reload
    loop
    bind %s
    %s
    prometheus :%d
}
`, zone, wiring.DNSPort, cache, Address, forward, metricsPort)
}

func forward(to string, forceTCP bool) string {
	protocol := "prefer_udp"
	if forceTCP {
		protocol = "force_tcp"
	}
	return fmt.Sprintf("forward . %s {\n        %s\n    }", to, protocol)
}
