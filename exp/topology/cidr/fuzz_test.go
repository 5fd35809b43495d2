// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cidr_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
)

func FuzzRanges(f *testing.F) {
	for _, pair := range [][2]string{
		{"100.96.0.0/11", "100.64.0.0/13"}, {"10.250.0.0/16", "10.250.0.0/19"}, {"fd8f:6d53:b97a:1::/96", "2001:db8::/64"}, {"240.0.0.0/8", "::ffff:10.0.0.0/104"}, {"", "a"},
	} {
		f.Add(pair[0], pair[1], int32(24), int32(110))
	}
	f.Fuzz(func(t *testing.T, one, other string, mask, maxPods int32) {
		if cidr.Overlap(one, other) != cidr.Overlap(other, one) {
			t.Fatalf("%q and %q overlap in one direction", one, other)
		}
		if cidr.Contains(one, other) && !cidr.Overlap(one, other) {
			t.Fatalf("%q contains %q and does not overlap with it", one, other)
		}
		if nodes := cidr.MaxNodes(one, mask); nodes < 0 {
			t.Fatalf("%q has room for %d nodes of /%d", one, nodes, mask)
		}
		if cidr.Addresses(mask, false) < 0 || cidr.Addresses(mask, true) < 0 {
			t.Fatalf("/%d has less than no addresses", mask)
		}
		if size := cidr.NodeMask(maxPods); maxPods > 0 && maxPods < 1<<20 && cidr.Addresses(size, false) < int64(maxPods) {
			t.Fatalf("/%d is the default for %d pods, and has %d addresses", size, maxPods, cidr.Addresses(size, false))
		}
		networks := cidr.Networks{Nodes: []string{one}, Pods: []string{other}, Services: []string{one}}
		networks.Disjoint(field.NewPath("networking"))
		networks.OnSeed(cidr.Networks{Nodes: []string{other}}, field.NewPath("networking"))
		cidr.Canonical(one)
		cidr.Defaults(gardencorev1beta1.SeedNetworks{ShootDefaults: &gardencorev1beta1.ShootNetworks{Pods: &one, Services: &other}}, []gardencorev1beta1.IPFamily{cidr.Family(one)})
	})
}
