// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package network

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	netutils "k8s.io/utils/net"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// Network are the effective networks of a cluster.
type Network struct {
	// Pods and Services hold one range for each IP family, in the order of the cluster's families.
	Pods, Services []netip.Prefix
	// Domain is the domain of Services, for example cluster.local.
	Domain string
}

// Networks of clusters that name none. They are Gardener's, and do not collide with common private networks.
const (
	defaultPodCIDR     = "100.96.0.0/11"
	defaultServiceCIDR = "100.64.0.0/13"
	defaultDomain      = "cluster.local"
)

// Widest Service ranges that kube-apiserver accepts: 20 bits of addresses.
const (
	minServicePrefixIPv4 = 12
	minServicePrefixIPv6 = 108
)

// Narrowest Service ranges, with 16 addresses: the first is that of the API server, the tenth that of the cluster's DNS.
const (
	maxServicePrefixIPv4 = 28
	maxServicePrefixIPv6 = 124
)

// Effective completes the networks of a Cluster. Errors name the field and the remedy.
func Effective(network clusterv1.ClusterNetwork) (Network, error) {
	services, err := parseCIDRs("services", network.Services.CIDRBlocks, defaultServiceCIDR)
	if err != nil {
		return Network{}, err
	}
	pods, err := parseCIDRs("pods", network.Pods.CIDRBlocks, defaultPodCIDR)
	if err != nil {
		return Network{}, err
	}
	if services[0].Addr().Is4() != pods[0].Addr().Is4() {
		return Network{}, fmt.Errorf(
			"the Cluster's spec.clusterNetwork: services %s and pods %s are of different IP families; give the first range of both the same family",
			services[0], pods[0])
	}
	for _, service := range services {
		if tooNarrow(service) {
			return Network{}, fmt.Errorf(
				"the Cluster's spec.clusterNetwork.services: %s is too small; use a prefix of at most /%d for IPv4 or /%d for IPv6",
				service, maxServicePrefixIPv4, maxServicePrefixIPv6)
		}
		if tooWide(service) {
			return Network{}, fmt.Errorf(
				"the Cluster's spec.clusterNetwork.services: %s is too large; use a prefix of at least /%d for IPv4 or /%d for IPv6",
				service, minServicePrefixIPv4, minServicePrefixIPv6)
		}
		for _, pod := range pods {
			if service.Overlaps(pod) {
				return Network{}, fmt.Errorf(
					"the Cluster's spec.clusterNetwork: services %s and pods %s overlap; choose ranges that are apart", service, pod)
			}
		}
	}

	domain := strings.TrimSuffix(network.ServiceDomain, ".")
	if domain == "" {
		domain = defaultDomain
	}
	return Network{Pods: pods, Services: services, Domain: domain}, nil
}

// KubernetesServiceIPs returns the first address of each Service range, held by the Service "kubernetes".
func (n Network) KubernetesServiceIPs() []string { return n.serviceIPs(1) }

// ClusterDNSIPs returns the tenth address of each Service range, held by the Service of the cluster's DNS.
func (n Network) ClusterDNSIPs() []string { return n.serviceIPs(10) }

// serviceIPs returns the address at a place of each Service range.
func (n Network) serviceIPs(place int) []string {
	addresses := make([]string, 0, len(n.Services))
	for _, services := range n.Services {
		address := services.Masked().Addr()
		for range place {
			address = address.Next()
		}
		addresses = append(addresses, address.String())
	}
	return addresses
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

// tooNarrow reports whether a range has no tenth address for the cluster's DNS.
func tooNarrow(prefix netip.Prefix) bool {
	if prefix.Addr().Is4() {
		return prefix.Bits() > maxServicePrefixIPv4
	}
	return prefix.Bits() > maxServicePrefixIPv6
}

func tooWide(prefix netip.Prefix) bool {
	if prefix.Addr().Is4() {
		return prefix.Bits() < minServicePrefixIPv4
	}
	return prefix.Bits() < minServicePrefixIPv6
}

// Texts returns ranges as text.
func Texts(prefixes []netip.Prefix) []string {
	result := make([]string, 0, len(prefixes))
	for _, prefix := range prefixes {
		result = append(result, prefix.String())
	}
	return result
}
