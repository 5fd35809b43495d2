// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cidr

import (
	"fmt"
	"net/netip"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
)

// Parse reads a range.
func Parse(value string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(value)
	if err != nil || prefix.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("%q is no range of addresses; write one such as 10.96.0.0/12 or fd00:10::/64", value)
	}
	return prefix, nil
}

// Overlap says whether two ranges have an address in common. What cannot be read overlaps with nothing.
func Overlap(one, other string) bool {
	first, err := Parse(one)
	if err != nil {
		return false
	}
	second, err := Parse(other)
	return err == nil && first.Overlaps(second)
}

// Contains says whether every address of the inner range is in the outer one.
func Contains(outer, inner string) bool {
	around, err := Parse(outer)
	if err != nil {
		return false
	}
	within, err := Parse(inner)
	return err == nil && around.Bits() <= within.Bits() && around.Contains(within.Addr())
}

// Family returns the family of a range, and nothing for what cannot be read.
func Family(value string) gardencorev1beta1.IPFamily {
	prefix, err := Parse(value)
	switch {
	case err != nil:
		return ""
	case prefix.Addr().Is4():
		return gardencorev1beta1.IPFamilyIPv4
	default:
		return gardencorev1beta1.IPFamilyIPv6
	}
}

// Canonical says whether a range is written with its first address.
func Canonical(value string) bool {
	prefix, err := Parse(value)
	return err == nil && prefix == prefix.Masked()
}

// Range is a network that is taken.
type Range struct {
	CIDR string
	// Use says by what.
	Use string
}

// Reserved are the ranges that control planes map addresses into. No network of a seed or of a shoot may overlap with them.
var Reserved = []Range{
	{v1beta1constants.DefaultVPNRangeV6, "the tunnel to the nodes"},
	{v1beta1constants.ReservedKubeApiServerMappingRange, "addresses of API servers"},
	{v1beta1constants.ReservedSeedPodNetworkMappedRange, "pods of the seed, as the tunnel maps them"},
	{v1beta1constants.ReservedShootNodeNetworkMappedRange, "nodes of shoots, as the tunnel maps them"},
	{v1beta1constants.ReservedShootServiceNetworkMappedRange, "services of shoots, as the tunnel maps them"},
	{v1beta1constants.ReservedShootPodNetworkMappedRange, "pods of shoots, as the tunnel maps them"},
}

// MaxServicesBits is the shortest prefix of an IPv4 range for services of a seed: as many addresses as can be mapped.
const MaxServicesBits = 8
