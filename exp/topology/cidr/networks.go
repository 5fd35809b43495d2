// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cidr

import (
	"fmt"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Networks are the ranges of a cluster. Those that are not known are left out.
type Networks struct {
	Nodes, Pods, Services []string
}

// Of returns the ranges that the spec of a Shoot names.
func Of(networking *gardencorev1beta1.Networking) Networks {
	if networking == nil {
		return Networks{}
	}
	return Networks{Nodes: list(networking.Nodes), Pods: list(networking.Pods), Services: list(networking.Services)}
}

// Used returns the ranges that a Shoot uses, as its status tells.
func Used(status *gardencorev1beta1.NetworkingStatus) Networks {
	if status == nil {
		return Networks{}
	}
	return Networks{Nodes: status.Nodes, Pods: status.Pods, Services: status.Services}
}

// OfSeed returns the ranges of a seed.
func OfSeed(networks gardencorev1beta1.SeedNetworks) Networks {
	return Networks{Nodes: list(networks.Nodes), Pods: list(&networks.Pods), Services: list(&networks.Services)}
}

func list(value *string) []string {
	if value == nil || *value == "" {
		return nil
	}
	return []string{*value}
}

// Disjoint returns an error for each two networks of a shoot that overlap.
func (n Networks) Disjoint(path *field.Path) field.ErrorList {
	var out field.ErrorList
	between := func(child string, ones []string, other string, others []string) {
		for _, one := range ones {
			for _, second := range others {
				if Overlap(one, second) {
					out = append(out, field.Invalid(path.Child(child), one,
						fmt.Sprintf("overlaps with the range of %s, %s; choose ranges that do not", other, second)))
				}
			}
		}
	}
	between("services", n.Services, "pods", n.Pods)
	between("pods", n.Pods, "nodes", n.Nodes)
	between("services", n.Services, "nodes", n.Nodes)
	return out
}

// OnSeed returns why networks of a shoot cannot be used on a seed: IPv6 ranges that overlap with those of the seed, and
// ranges that overlap with reserved ones. The path is that of the networks.
func (n Networks) OnSeed(seed Networks, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for _, part := range []struct {
		name   string
		ranges []string
	}{{"nodes", n.Nodes}, {"services", n.Services}, {"pods", n.Pods}} {
		for _, value := range part.ranges {
			out = append(out, overlapsSeed(value, seed, path.Child(part.name))...)
			out = append(out, OverlapsReserved(value, path.Child(part.name))...)
		}
	}
	return out
}

func overlapsSeed(value string, seed Networks, path *field.Path) field.ErrorList {
	if Family(value) != gardencorev1beta1.IPFamilyIPv6 {
		return nil
	}
	var out field.ErrorList
	for _, part := range []struct {
		name   string
		ranges []string
	}{{"services", seed.Services}, {"pods", seed.Pods}, {"nodes", seed.Nodes}} {
		for _, other := range part.ranges {
			if Overlap(value, other) {
				out = append(out, field.Invalid(path, value,
					fmt.Sprintf("overlaps with the range of %s of the seed, %s; choose another one", part.name, other)))
			}
		}
	}
	return out
}

// OverlapsReserved returns an error for each reserved range that a network overlaps with.
func OverlapsReserved(value string, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for _, reserved := range Reserved {
		if Overlap(value, reserved.CIDR) {
			out = append(out, field.Invalid(path, value,
				fmt.Sprintf("overlaps with %s, which is kept for %s; choose another range", reserved.CIDR, reserved.Use)))
		}
	}
	return out
}

// Defaults returns the ranges that a Shoot gets for pods and services it does not name: those of its seed, and where the
// seed has none, the usual ones. A range of a family that the shoot does not have is not taken; the range is then empty.
func Defaults(seed gardencorev1beta1.SeedNetworks, families []gardencorev1beta1.IPFamily) (pods, services string) {
	pods, services = gardencorev1beta1.DefaultPodNetworkCIDR, gardencorev1beta1.DefaultServiceNetworkCIDR
	if own := seed.ShootDefaults; own != nil {
		if own.Pods != nil {
			pods = *own.Pods
		}
		if own.Services != nil {
			services = *own.Services
		}
	}
	return ofFamily(pods, families), ofFamily(services, families)
}

func ofFamily(value string, families []gardencorev1beta1.IPFamily) string {
	if len(families) == 0 {
		families = []gardencorev1beta1.IPFamily{gardencorev1beta1.IPFamilyIPv4}
	}
	if !slices.Contains(families, Family(value)) {
		return ""
	}
	return value
}
