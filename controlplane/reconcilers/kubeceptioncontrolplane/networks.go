// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	netutils "k8s.io/utils/net"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

// Networks of clusters that name none. They are Gardener's, and do not collide with common private networks.
const (
	defaultPodCIDR     = "100.96.0.0/11"
	defaultServiceCIDR = "100.64.0.0/13"
	defaultDNSDomain   = "cluster.local"
)

// Widest Service ranges that kube-apiserver accepts: 20 bits of addresses.
const (
	minServicePrefixIPv4 = 12
	minServicePrefixIPv6 = 108
)

// effectiveNetwork completes the networks of a Cluster. Errors name the field and the remedy.
func effectiveNetwork(network clusterv1.ClusterNetwork) (component.Network, error) {
	services, err := parseCIDRs("services", network.Services.CIDRBlocks, defaultServiceCIDR)
	if err != nil {
		return component.Network{}, err
	}
	pods, err := parseCIDRs("pods", network.Pods.CIDRBlocks, defaultPodCIDR)
	if err != nil {
		return component.Network{}, err
	}
	if services[0].Addr().Is4() != pods[0].Addr().Is4() {
		return component.Network{}, fmt.Errorf(
			"the Cluster's spec.clusterNetwork: services %s and pods %s are of different IP families; give the first range of both the same family",
			services[0], pods[0])
	}
	for _, service := range services {
		if tooWide(service) {
			return component.Network{}, fmt.Errorf(
				"the Cluster's spec.clusterNetwork.services: %s is too large; use a prefix of at least /%d for IPv4 or /%d for IPv6",
				service, minServicePrefixIPv4, minServicePrefixIPv6)
		}
		for _, pod := range pods {
			if service.Overlaps(pod) {
				return component.Network{}, fmt.Errorf(
					"the Cluster's spec.clusterNetwork: services %s and pods %s overlap; choose ranges that are apart", service, pod)
			}
		}
	}

	result := component.Network{
		PodCIDRs:     texts(pods),
		ServiceCIDRs: texts(services),
		DNSDomain:    strings.TrimSuffix(network.ServiceDomain, "."),
	}
	if result.DNSDomain == "" {
		result.DNSDomain = defaultDNSDomain
	}
	for _, service := range services {
		result.KubernetesServiceIPs = append(result.KubernetesServiceIPs, service.Masked().Addr().Next().String())
	}
	return result, nil
}

func parseCIDRs(field string, blocks []string, fallback string) ([]netip.Prefix, error) {
	if len(blocks) == 0 {
		blocks = []string{fallback}
	}
	path := "the Cluster's spec.clusterNetwork." + field
	if len(blocks) > 2 {
		return nil, fmt.Errorf("%s: %d ranges are too many; give one, or one for each IP family", path, len(blocks))
	}
	prefixes := make([]netip.Prefix, 0, len(blocks))
	for _, block := range blocks {
		prefix, err := netip.ParsePrefix(block)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is not an address range; write it like 10.96.0.0/12", path, block)
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	if dual, err := netutils.IsDualStackCIDRStrings(blocks); len(blocks) == 2 && (err != nil || !dual) {
		return nil, errors.New(path + ": two ranges must be of different IP families")
	}
	return prefixes, nil
}

func tooWide(prefix netip.Prefix) bool {
	if prefix.Addr().Is4() {
		return prefix.Bits() < minServicePrefixIPv4
	}
	return prefix.Bits() < minServicePrefixIPv6
}

func texts(prefixes []netip.Prefix) []string {
	result := make([]string, 0, len(prefixes))
	for _, prefix := range prefixes {
		result = append(result, prefix.String())
	}
	return result
}
