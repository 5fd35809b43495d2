// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cidr_test

import (
	"math"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
)

const (
	ipv4 = gardencorev1beta1.IPFamilyIPv4
	ipv6 = gardencorev1beta1.IPFamilyIPv6
)

func TestOverlap(t *testing.T) {
	cases := map[string]struct {
		one, other           string
		overlap, contains    bool
		containsTheOtherWays bool
	}{
		"§16 overlap: the same range":               {one: "10.0.0.0/8", other: "10.0.0.0/8", overlap: true, contains: true, containsTheOtherWays: true},
		"§16 overlap: one in the other":             {one: "10.0.0.0/8", other: "10.1.0.0/16", overlap: true, contains: true},
		"§16 overlap: the other in the one":         {one: "10.1.0.0/16", other: "10.0.0.0/8", overlap: true, containsTheOtherWays: true},
		"§16 overlap: neighbours do not":            {one: "10.0.0.0/9", other: "10.128.0.0/9"},
		"§16 overlap: families never do":            {one: "0.0.0.0/0", other: "::/0"},
		"§16 overlap: of IPv6 ranges":               {one: "2001:db8::/32", other: "2001:db8:1::/48", overlap: true, contains: true},
		"§16 overlap: one address in a range":       {one: "10.0.0.0/8", other: "10.0.0.1/32", overlap: true, contains: true},
		"§16 overlap: written with another address": {one: "10.0.0.5/8", other: "10.9.0.0/16", overlap: true, contains: true},
		"§16 overlap: words with nothing":           {one: "ten", other: "10.0.0.0/8"},
		"§16 overlap: nothing with words":           {one: "10.0.0.0/8", other: ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(cidr.Overlap(c.one, c.other)).To(Equal(c.overlap))
			g.Expect(cidr.Overlap(c.other, c.one)).To(Equal(c.overlap))
			g.Expect(cidr.Contains(c.one, c.other)).To(Equal(c.contains))
			g.Expect(cidr.Contains(c.other, c.one)).To(Equal(c.containsTheOtherWays))
		})
	}
}

func TestFamilyAndForm(t *testing.T) {
	cases := map[string]struct {
		value     string
		family    gardencorev1beta1.IPFamily
		canonical bool
	}{
		"§16 family: IPv4": {value: "10.0.0.0/8", family: ipv4, canonical: true},
		"§16 family: IPv6": {value: "fd00::/64", family: ipv6, canonical: true},
		"§16 family: an address without a length is none":  {value: "10.0.0.1"},
		"§16 family: IPv4 in the clothes of IPv6 is none":  {value: "::ffff:10.0.0.0/104"},
		"§16 family: nothing is none":                      {value: ""},
		"§16 canonical: not with an address in the middle": {value: "10.0.0.1/8", family: ipv4},
		"§16 canonical: nor of IPv6":                       {value: "fd00::1/64", family: ipv6},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(cidr.Family(c.value)).To(Equal(c.family))
			g.Expect(cidr.Canonical(c.value)).To(Equal(c.canonical))
		})
	}
}

func TestDisjoint(t *testing.T) {
	cases := map[string]struct {
		networks cidr.Networks
		want     []string
	}{
		"§16 disjoint: the usual ranges": {networks: cidr.Networks{Nodes: []string{"10.250.0.0/16"}, Pods: []string{"100.96.0.0/11"}, Services: []string{"100.64.0.0/13"}}},
		"§16 disjoint: nothing known":    {},
		"§16 disjoint: pods and services": {
			networks: cidr.Networks{Pods: []string{"100.64.0.0/10"}, Services: []string{"100.64.0.0/13"}}, want: []string{"spec.networking.services"},
		},
		"§16 disjoint: pods and nodes": {
			networks: cidr.Networks{Nodes: []string{"10.0.0.0/8"}, Pods: []string{"10.1.0.0/16"}}, want: []string{"spec.networking.pods"},
		},
		"§16 disjoint: services and nodes": {
			networks: cidr.Networks{Nodes: []string{"10.0.0.0/8"}, Services: []string{"10.1.0.0/16"}}, want: []string{"spec.networking.services"},
		},
		"§16 disjoint: all three": {
			networks: cidr.Networks{Nodes: []string{"10.0.0.0/8"}, Pods: []string{"10.0.0.0/8"}, Services: []string{"10.0.0.0/8"}},
			want:     []string{"spec.networking.services", "spec.networking.pods", "spec.networking.services"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(fields(c.networks.Disjoint(field.NewPath("spec", "networking")))).To(Equal(c.want))
		})
	}
}

func TestOnSeed(t *testing.T) {
	seed := cidr.Networks{Nodes: []string{"10.240.0.0/16", "2001:db8:1::/48"}, Pods: []string{"10.241.128.0/17", "2001:db8:2::/48"}, Services: []string{"10.241.0.0/17", "2001:db8:3::/48"}}
	cases := map[string]struct {
		shoot cidr.Networks
		want  []string
	}{
		"§16 seed overlap: IPv4 is allowed":                   {shoot: cidr.Networks{Nodes: []string{"10.240.0.0/16"}, Pods: []string{"10.241.128.0/17"}, Services: []string{"10.241.0.0/17"}}},
		"§16 seed overlap: IPv6 nodes are not":                {shoot: cidr.Networks{Nodes: []string{"2001:db8:1::/64"}}, want: []string{"nodes"}},
		"§16 seed overlap: IPv6 pods are not":                 {shoot: cidr.Networks{Pods: []string{"2001:db8::/32"}}, want: []string{"pods", "pods", "pods"}},
		"§16 seed overlap: IPv6 services are not":             {shoot: cidr.Networks{Services: []string{"2001:db8:3::/112"}}, want: []string{"services"}},
		"§16 seed overlap: IPv6 elsewhere is":                 {shoot: cidr.Networks{Pods: []string{"2001:db8:9::/48"}}},
		"§16 reserved: the range of the tunnel":               {shoot: cidr.Networks{Pods: []string{"fd8f:6d53:b97a:1::/96"}}, want: []string{"pods"}},
		"§16 reserved: 240.0.0.0/8":                           {shoot: cidr.Networks{Nodes: []string{"240.0.0.0/16"}}, want: []string{"nodes"}},
		"§16 reserved: 241.0.0.0/8":                           {shoot: cidr.Networks{Services: []string{"241.1.0.0/16"}}, want: []string{"services"}},
		"§16 reserved: 242.0.0.0/8":                           {shoot: cidr.Networks{Pods: []string{"242.0.0.0/8"}}, want: []string{"pods"}},
		"§16 reserved: 243.0.0.0/8":                           {shoot: cidr.Networks{Pods: []string{"243.0.0.0/8"}}, want: []string{"pods"}},
		"§16 reserved: 244.0.0.0/8":                           {shoot: cidr.Networks{Pods: []string{"244.0.0.0/8"}}, want: []string{"pods"}},
		"§16 reserved: a range around all of them, each once": {shoot: cidr.Networks{Pods: []string{"240.0.0.0/4"}}, want: []string{"pods", "pods", "pods", "pods", "pods"}},
		"§16 reserved: 245.0.0.0/8 is free":                   {shoot: cidr.Networks{Pods: []string{"245.0.0.0/8"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(fields(c.shoot.OnSeed(seed, nil))).To(Equal(c.want))
		})
	}
}

func fields(problems field.ErrorList) []string {
	var out []string
	for _, problem := range problems {
		out = append(out, problem.Field)
	}
	return out
}

func TestDefaults(t *testing.T) {
	own := gardencorev1beta1.SeedNetworks{ShootDefaults: &gardencorev1beta1.ShootNetworks{Pods: new("10.0.0.0/11"), Services: new("fd00::/112")}}
	cases := map[string]struct {
		seed           gardencorev1beta1.SeedNetworks
		families       []gardencorev1beta1.IPFamily
		pods, services string
	}{
		"§16 defaults: the usual ranges":                      {pods: "100.96.0.0/11", services: "100.64.0.0/13"},
		"§16 defaults: no IPv4 range for an IPv6 shoot":       {families: []gardencorev1beta1.IPFamily{ipv6}},
		"§16 defaults: those of the seed, as the family fits": {seed: own, families: []gardencorev1beta1.IPFamily{ipv4}, pods: "10.0.0.0/11"},
		"§16 defaults: the other family":                      {seed: own, families: []gardencorev1beta1.IPFamily{ipv6}, services: "fd00::/112"},
		"§16 defaults: both families":                         {seed: own, families: []gardencorev1beta1.IPFamily{ipv4, ipv6}, pods: "10.0.0.0/11", services: "fd00::/112"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			pods, services := cidr.Defaults(c.seed, c.families)
			g.Expect(pods).To(Equal(c.pods))
			g.Expect(services).To(Equal(c.services))
		})
	}
}

func TestNodeMask(t *testing.T) {
	for name, c := range map[string]struct{ maxPods, want int32 }{
		"§16 mask: 110 pods":             {110, 24},
		"§16 mask: 128 pods":             {128, 24},
		"§16 mask: 129 pods":             {129, 23},
		"§16 mask: 250 pods":             {250, 23},
		"§16 mask: 256 pods":             {256, 23},
		"§16 mask: 500 pods":             {500, 22},
		"§16 mask: one pod":              {1, 28},
		"§16 mask: a number of no sense": {-5, 28},
		"§16 mask: as many as there are": {math.MaxInt32, 0},
	} {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(cidr.NodeMask(c.maxPods)).To(Equal(c.want))
		})
	}
}

func TestLimits(t *testing.T) {
	g := NewWithT(t)
	g.Expect(cidr.Addresses(24, false)).To(Equal(int64(254)))
	g.Expect(cidr.Addresses(28, false)).To(Equal(int64(14)))
	g.Expect(cidr.Addresses(32, false)).To(Equal(int64(0)))
	g.Expect(cidr.Addresses(64, true)).To(Equal(int64(math.MaxInt64)))
	g.Expect(cidr.Addresses(120, true)).To(Equal(int64(254)))
	g.Expect(cidr.Addresses(-7, false)).To(Equal(int64(1)<<39 - 2))
	g.Expect(cidr.MaxNodes("10.0.0.0/16", 24)).To(Equal(int64(256)), "a /16 with a /24 for each node")
	g.Expect(cidr.MaxNodes("100.96.0.0/11", 24)).To(Equal(int64(8192)))
	g.Expect(cidr.MaxNodes("10.0.0.0/24", 16)).To(Equal(int64(0)), "not even one node fits")
	g.Expect(cidr.MaxNodes("nothing", 24)).To(Equal(int64(0)))
	g.Expect(cidr.MaxNodes("::/0", 124)).To(Equal(int64(math.MaxInt64)))
}

func TestMaxPods(t *testing.T) {
	kubelet := func(maxPods int32) *gardencorev1beta1.KubeletConfig {
		return &gardencorev1beta1.KubeletConfig{MaxPods: &maxPods}
	}
	workers := func(all ...*gardencorev1beta1.KubeletConfig) gardencorev1beta1.Provider {
		var out gardencorev1beta1.Provider
		for _, own := range all {
			out.Workers = append(out.Workers, gardencorev1beta1.Worker{Kubernetes: &gardencorev1beta1.WorkerKubernetes{Kubelet: own}})
		}
		return out
	}
	for name, c := range map[string]struct {
		spec gardencorev1beta1.ShootSpec
		want int32
	}{
		"§16 maxPods: the default":               {want: 110},
		"§16 maxPods: that of the shoot":         {spec: gardencorev1beta1.ShootSpec{Kubernetes: gardencorev1beta1.Kubernetes{Kubelet: kubelet(60)}}, want: 60},
		"§16 maxPods: the largest of a pool":     {spec: gardencorev1beta1.ShootSpec{Kubernetes: gardencorev1beta1.Kubernetes{Kubelet: kubelet(60)}, Provider: workers(kubelet(200), kubelet(30), nil)}, want: 200},
		"§16 maxPods: the shoot's where largest": {spec: gardencorev1beta1.ShootSpec{Kubernetes: gardencorev1beta1.Kubernetes{Kubelet: kubelet(60)}, Provider: workers(kubelet(20))}, want: 60},
	} {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(cidr.MaxPods(&c.spec)).To(Equal(c.want))
		})
	}
}
