// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package coredns

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const (
	// Ports above 1024 need no rights.
	dnsPort     = 8053
	healthPort  = 8080
	readyPort   = 8181
	metricsPort = 9153

	corefileKey = "Corefile"
	// customConfigMap is the user's.
	customConfigMap = "coredns-custom"

	nodeResolvers = "/etc/resolv.conf"
)

func configMap(in *component.Input) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: component.SystemMeta(wiring.CoreDNS),
		Data:       map[string]string{corefileKey: corefile(in)},
	}
}

// corefile imports what users add last, and finds it beside itself. An instance that is told to end answers for 15
// more seconds, while nodes learn that it ends.
func corefile(in *component.Input) string {
	upstream := nodeResolvers
	if servers := in.Addons().CoreDNS.UpstreamServers; len(servers) > 0 {
		upstream = strings.Join(servers, " ")
	}
	return fmt.Sprintf(`.:%d {
    errors
    health :%d {
        lameduck 15s
    }
    ready :%d
    kubernetes %s in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    prometheus :%d
    forward . %s {
        max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
    import custom/*.override
}
import custom/*.server
`, dnsPort, healthPort, readyPort, in.Network.DNSDomain, metricsPort, upstream)
}
