// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package network

import (
	"net/netip"
	"testing"

	. "github.com/onsi/gomega"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

func networkOf(pods, services []string) clusterv1.ClusterNetwork {
	return clusterv1.ClusterNetwork{
		Pods: clusterv1.NetworkRanges{CIDRBlocks: pods}, Services: clusterv1.NetworkRanges{CIDRBlocks: services},
	}
}

func prefixes(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, text := range texts {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

func TestAddressesOfServicesThatEveryClusterHas(t *testing.T) {
	cases := map[string]struct {
		services        []string
		kubernetes, dns []string
	}{
		"one family":             {[]string{"10.96.0.0/12"}, []string{"10.96.0.1"}, []string{"10.96.0.10"}},
		"both families":          {[]string{"10.0.0.0/16", "fd00:2::/108"}, []string{"10.0.0.1", "fd00:2::1"}, []string{"10.0.0.10", "fd00:2::a"}},
		"the smallest of ranges": {[]string{"10.0.0.240/28"}, []string{"10.0.0.241"}, []string{"10.0.0.250"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			network := Network{Services: prefixes(c.services...)}
			g.Expect(network.KubernetesServiceIPs()).To(Equal(c.kubernetes))
			g.Expect(network.ClusterDNSIPs()).To(Equal(c.dns))
		})
	}
}

func TestNetworksAreCompleted(t *testing.T) {
	withDomain := clusterv1.ClusterNetwork{ServiceDomain: "example.org."}
	cases := map[string]struct {
		network clusterv1.ClusterNetwork
		want    Network
	}{
		"a Cluster that names none gets ranges apart from common private networks": {
			clusterv1.ClusterNetwork{},
			Network{
				Pods: prefixes("100.96.0.0/11"), Services: prefixes("100.64.0.0/13"), Domain: "cluster.local",
			},
		},
		"a domain loses its final dot": {
			withDomain,
			Network{
				Pods: prefixes("100.96.0.0/11"), Services: prefixes("100.64.0.0/13"), Domain: "example.org",
			},
		},
		"an address inside a range means the range": {
			networkOf([]string{"10.1.2.3/16"}, []string{"10.96.1.2/12"}),
			Network{
				Pods: prefixes("10.1.0.0/16"), Services: prefixes("10.96.0.0/12"), Domain: "cluster.local",
			},
		},
		"the widest ranges of both families are fine": {
			networkOf([]string{"192.168.0.0/16", "fd00:1::/48"}, []string{"10.0.0.0/12", "fd00:2::/108"}),
			Network{
				Pods: prefixes("192.168.0.0/16", "fd00:1::/48"), Services: prefixes("10.0.0.0/12", "fd00:2::/108"), Domain: "cluster.local",
			},
		},
		"pods of both families with services of the first": {
			networkOf([]string{"192.168.0.0/16", "fd00:1::/48"}, []string{"10.0.0.0/16"}),
			Network{
				Pods: prefixes("192.168.0.0/16", "fd00:1::/48"), Services: prefixes("10.0.0.0/16"), Domain: "cluster.local",
			},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			network, err := Effective(tc.network)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(network).To(Equal(tc.want))
		})
	}
}

func TestNetworksThatCannotWorkAreRefusedWithTheFieldAndTheRemedy(t *testing.T) {
	cases := map[string]struct {
		pods, services []string
		want           string
	}{
		"overlapping ranges":             {[]string{"10.0.0.0/8"}, []string{"10.96.0.0/12"}, "the Cluster's spec.clusterNetwork: services 10.96.0.0/12 and pods 10.0.0.0/8 overlap; choose ranges that are apart"},
		"a range over a default":         {[]string{"100.64.0.0/10"}, nil, "services 100.64.0.0/13 and pods 100.64.0.0/10 overlap"},
		"an overlap of second ranges":    {[]string{"10.0.0.0/16", "fd00::/48"}, []string{"10.96.0.0/16", "fd00::/108"}, "services fd00::/108 and pods fd00::/48 overlap"},
		"too many services for IPv4":     {nil, []string{"10.0.0.0/11"}, "the Cluster's spec.clusterNetwork.services: 10.0.0.0/11 is too large; use a prefix of at least /12 for IPv4 or /108 for IPv6"},
		"too few services for IPv4":      {nil, []string{"10.0.0.0/29"}, "10.0.0.0/29 is too small; use a prefix of at most /28 for IPv4 or /124 for IPv6"},
		"too few services for IPv6":      {[]string{"fd00:1::/48"}, []string{"fd00:2::/125"}, "fd00:2::/125 is too small"},
		"too many services for IPv6":     {[]string{"fd00:1::/48"}, []string{"fd00:2::/107"}, "fd00:2::/107 is too large"},
		"what is no range":               {[]string{"10.0.0.0"}, nil, `the Cluster's spec.clusterNetwork.pods: "10.0.0.0" is not an address range; write it like 10.96.0.0/12`},
		"three ranges":                   {nil, []string{"10.0.0.0/16", "10.1.0.0/16", "fd00::/108"}, "the Cluster's spec.clusterNetwork.services: 3 ranges are too many; give one, or one for each IP family"},
		"two ranges of one family":       {[]string{"10.0.0.0/16", "10.1.0.0/16"}, nil, "the Cluster's spec.clusterNetwork.pods: two ranges must be of different IP families"},
		"families that do not meet":      {[]string{"fd00:1::/48"}, []string{"10.0.0.0/16"}, "services 10.0.0.0/16 and pods fd00:1::/48 are of different IP families; give the first range of both the same family"},
		"a default of the other family":  {[]string{"fd00:1::/48"}, nil, "are of different IP families"},
		"second ranges in another order": {[]string{"fd00:1::/48", "10.1.0.0/16"}, []string{"10.0.0.0/16", "fd00:2::/108"}, "are of different IP families"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Effective(networkOf(tc.pods, tc.services))
			NewWithT(t).Expect(err).To(MatchError(ContainSubstring(tc.want)))
		})
	}
}
