// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

const networkPath = "spec.networking."

func networks(nodes, pods, services string, families ...gardencorev1beta1.IPFamily) func(*gardencorev1beta1.Shoot) {
	return func(shoot *gardencorev1beta1.Shoot) {
		set := func(field **string, value string) {
			*field = nil
			if value != "" {
				*field = &value
			}
		}
		networking := shoot.Spec.Networking
		set(&networking.Nodes, nodes)
		set(&networking.Pods, pods)
		set(&networking.Services, services)
		if families != nil {
			networking.IPFamilies = families
		}
	}
}

func TestShootNetworking(t *testing.T) {
	const ipv4, ipv6 = gardencorev1beta1.IPFamilyIPv4, gardencorev1beta1.IPFamilyIPv6
	noMask := func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Kubernetes.KubeControllerManager = nil }
	run(t, map[string]row{
		"§16 type: none":                         {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Networking.Type = nil }, []string{networkPath + "type: Required"}},
		"§16 type: none that can become a label": {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Networking.Type = new("a b") }, []string{networkPath + "type: Invalid"}},
		"§16 networking: none with workers":      {func(shoot *gardencorev1beta1.Shoot) { shoot.Spec.Networking = nil }, []string{"spec.networking: Required"}},
		"§16 ranges: none yet":                   {networks("", "", ""), nil},
		"§16 ranges: no range":                   {networks("10.250.0.0", "10.96", "x"), []string{networkPath + "nodes: Invalid", networkPath + "pods: Invalid", networkPath + "services: Invalid"}},
		"§16 canonical: an address inside":       {networks("10.250.0.1/16", "", ""), []string{networkPath + "nodes: Invalid"}},
		"§16 family: IPv6 where there is IPv4":   {networks("2001:db8::/64", "", ""), []string{networkPath + "nodes: Invalid"}},
		"§16 family: IPv4 where there is IPv6":   {all(noMask, networks("2001:db8::/64", "10.96.0.0/16", "", ipv6)), []string{networkPath + "pods: Invalid"}},
		"§16 family: both":                       {networks("10.250.0.0/16", "", "", ipv4, ipv6), nil},
		"§16 family: unknown":                    {networks("10.250.0.0/16", "", "", "IPv5"), []string{networkPath + "ipFamilies[0]: NotSupported"}},
		"§16 family: one twice":                  {networks("10.250.0.0/16", "", "", ipv4, ipv4), []string{networkPath + "ipFamilies[1]: Duplicate"}},
		"§16 disjoint: pods and nodes":           {networks("10.250.0.0/16", "10.250.0.0/17", "100.64.0.0/13"), []string{networkPath + "pods: Invalid"}},
		"§16 disjoint: services and nodes":       {networks("10.250.0.0/16", "100.96.0.0/11", "10.250.128.0/20"), []string{networkPath + "services: Invalid"}},
		"§16 disjoint: services and pods":        {networks("10.250.0.0/16", "100.64.0.0/10", "100.64.0.0/13"), []string{networkPath + "services: Invalid"}},
		"§16 reserved: the range of API servers": {networks("10.250.0.0/16", "240.0.0.0/12", ""), []string{networkPath + "pods: Invalid"}},
		"§16 reserved: the ranges of NAT":        {networks("241.0.0.0/16", "242.0.0.0/11", "243.0.0.0/16"), []string{networkPath + "nodes: Invalid", networkPath + "pods: Invalid", networkPath + "services: Invalid"}},
		"§16 reserved: the range of the VPN":     {all(noMask, networks("fd8f:6d53:b97a:1::/64", "", "", ipv6)), []string{networkPath + "nodes: Invalid"}},
	}, validation.Shoot)
}

func TestShootNodeMasks(t *testing.T) {
	const ipv4, ipv6 = gardencorev1beta1.IPFamilyIPv4, gardencorev1beta1.IPFamilyIPv6
	masks := func(mask, maskIPv6 int32, families ...gardencorev1beta1.IPFamily) func(*gardencorev1beta1.Shoot) {
		return all(networks("", "", "", families...), func(shoot *gardencorev1beta1.Shoot) {
			config := &gardencorev1beta1.KubeControllerManagerConfig{}
			if mask != 0 {
				config.NodeCIDRMaskSize = &mask
			}
			if maskIPv6 != 0 {
				config.NodeCIDRMaskSizeIPv6 = &maskIPv6
			}
			shoot.Spec.Kubernetes.KubeControllerManager = config
		})
	}
	maxPods := func(number int32) func(*gardencorev1beta1.Shoot) {
		return func(shoot *gardencorev1beta1.Shoot) {
			shoot.Spec.Kubernetes.Kubelet = &gardencorev1beta1.KubeletConfig{MaxPods: &number}
		}
	}
	poolPods := func(number int32) func(*gardencorev1beta1.Shoot) {
		return first(func(worker *gardencorev1beta1.Worker) {
			worker.Kubernetes = &gardencorev1beta1.WorkerKubernetes{Kubelet: &gardencorev1beta1.KubeletConfig{MaxPods: &number}}
		})
	}
	mask, maskIPv6 := manager+"nodeCIDRMaskSize", manager+"nodeCIDRMaskSizeIPv6"
	run(t, map[string]row{
		"§16 mask: as large as can be":     {masks(16, 0, ipv4), nil},
		"§16 mask: larger":                 {masks(15, 0, ipv4), []string{mask + ": Invalid"}},
		"§16 mask: as small as can be":     {all(masks(28, 0, ipv4), maxPods(14)), nil},
		"§16 mask: smaller":                {all(masks(29, 0, ipv4), maxPods(6)), []string{mask + ": Invalid"}},
		"§16 maxPods: the usual number":    {masks(25, 0, ipv4), nil},
		"§16 maxPods: more than addresses": {masks(26, 0, ipv4), []string{mask + ": Invalid"}},
		"§16 maxPods: 254 of a /24":        {all(masks(24, 0, ipv4), maxPods(254)), nil},
		"§16 maxPods: 255 of a /24":        {all(masks(24, 0, ipv4), maxPods(255)), []string{mask + ": Invalid"}},
		"§16 maxPods: of one pool":         {all(masks(24, 0, ipv4), poolPods(255)), []string{mask + ": Invalid"}},
		"§16 IPv6: as large as can be":     {masks(64, 0, ipv6), nil},
		"§16 IPv6: larger":                 {masks(63, 0, ipv6), []string{mask + ": Invalid"}},
		"§16 IPv6: smaller":                {all(masks(125, 0, ipv6), maxPods(1)), []string{mask + ": Invalid"}},
		"§16 IPv6: both fields":            {masks(64, 64, ipv6), []string{mask + ": Forbidden"}},
		"§16 IPv6: its field":              {masks(0, 64, ipv6), nil},
		"§16 IPv6: out of bounds":          {masks(0, 125, ipv6), []string{maskIPv6 + ": Invalid"}},
		"§16 IPv6: where there is none":    {masks(24, 64, ipv4), []string{maskIPv6 + ": Forbidden"}},
		"§16 IPv6: beside IPv4":            {masks(24, 64, ipv4, ipv6), nil},
	}, validation.Shoot)
}
