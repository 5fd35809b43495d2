// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cidr

import (
	"math"
	"math/bits"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
)

const (
	// DefaultMaxPods is how many pods a kubelet runs that is not told otherwise.
	DefaultMaxPods = 110
	// DefaultNodeMaskIPv6 is the prefix length of the pods of a node where they have IPv6 addresses.
	DefaultNodeMaskIPv6 = 64
	// MinNodeMask is the least prefix length of the pods of a node.
	MinNodeMask = 16
	// MaxNodeMask is the greatest.
	MaxNodeMask = 28
	// MinNodeMaskIPv6 is the least prefix length where pods have IPv6 addresses.
	MinNodeMaskIPv6 = 64
	// MaxNodeMaskIPv6 is the greatest.
	MaxNodeMaskIPv6 = 124
)

// NodeMask returns the prefix length of the IPv4 range for the pods of one node: at least twice as many addresses as pods, so
// that an address is not used again at once, and not longer than it may be.
func NodeMask(maxPods int32) int32 {
	if maxPods < 1 {
		maxPods = 1
	}
	return min(32-int32(bits.Len64(2*uint64(maxPods)-1)), MaxNodeMask)
}

// Addresses returns how many pods have an address in a range of a prefix length, out of 32 bits or 128. The first and the last
// address of a range are nobody's. What is more than int64 holds is its largest number.
func Addresses(mask int32, ipv6 bool) int64 {
	hostBits := 32 - mask
	if ipv6 {
		hostBits = 128 - mask
	}
	switch {
	case hostBits < 1:
		return 0
	case hostBits > 62:
		return math.MaxInt64
	default:
		return int64(1)<<hostBits - 2
	}
}

// MaxNodes returns for how many nodes a range of pods is enough, if each gets a part of it of this prefix length.
func MaxNodes(pods string, mask int32) int64 {
	prefix, err := Parse(pods)
	if err != nil || int(mask) < prefix.Bits() {
		return 0
	}
	if more := int(mask) - prefix.Bits(); more <= 62 {
		return int64(1) << more
	}
	return math.MaxInt64
}

// MaxPods returns the largest number of pods on a node of a Shoot: what its kubelets are told, or the default of kubelets.
func MaxPods(spec *gardencorev1beta1.ShootSpec) int32 {
	var out int32
	if kubelet := spec.Kubernetes.Kubelet; kubelet != nil && kubelet.MaxPods != nil {
		out = *kubelet.MaxPods
	}
	for _, worker := range spec.Provider.Workers {
		if worker.Kubernetes != nil && worker.Kubernetes.Kubelet != nil && worker.Kubernetes.Kubelet.MaxPods != nil {
			out = max(out, *worker.Kubernetes.Kubelet.MaxPods)
		}
	}
	if out == 0 {
		return DefaultMaxPods
	}
	return out
}
