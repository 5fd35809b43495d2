// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
)

// networking checks the networks of a Shoot, sections 15 and 16.
func networking(networking *gardencorev1beta1.Networking, workerless bool, path *field.Path) field.ErrorList {
	switch {
	case networking == nil && workerless:
		return nil
	case networking == nil:
		return field.ErrorList{field.Required(path, "a Shoot with workers needs type and nodes")}
	}
	var out field.ErrorList
	if workerless {
		out = forbid(path, workerlessDetail, setting{"type", networking.Type != nil},
			setting{"providerConfig", networking.ProviderConfig != nil}, setting{"pods", networking.Pods != nil},
			setting{"nodes", networking.Nodes != nil})
	} else {
		out = networkType(deref(networking.Type), path.Child("type"))
	}
	if problems := ipFamilies(networking.IPFamilies, path.Child("ipFamilies")); len(problems) > 0 {
		return append(out, problems...) // Nobody knows which families the ranges should have.
	}
	for _, one := range []struct {
		name  string
		value *string
	}{{"nodes", networking.Nodes}, {"pods", networking.Pods}, {"services", networking.Services}} {
		if one.value == nil {
			continue
		}
		own := path.Child(one.name)
		problems := network(*one.value, own)
		if len(problems) == 0 && len(networking.IPFamilies) < 2 {
			problems = ofFamily(*one.value, networking.IPFamilies, own)
		}
		out = join(out, problems, cidr.OverlapsReserved(*one.value, own))
	}
	return append(out, cidr.Of(networking).Disjoint(path)...)
}

func networkType(name string, path *field.Path) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "name the network plugin, such as calico or cilium")}
	}
	if len(metav1validation.ValidateLabelName(v1beta1constants.LabelExtensionNetworkingTypePrefix+name, path)) > 0 {
		return field.ErrorList{field.Invalid(path, name, "must be letters, digits, -, _ and ., because it becomes a label")}
	}
	return nil
}

func ipFamilies(families []gardencorev1beta1.IPFamily, path *field.Path) field.ErrorList {
	var out field.ErrorList
	seen := unique[gardencorev1beta1.IPFamily]{}
	for i, family := range families {
		out = append(out, oneOf(&family, path.Index(i), gardencorev1beta1.IPFamilyIPv4, gardencorev1beta1.IPFamilyIPv6)...)
		if seen.seen(family) {
			out = append(out, field.Duplicate(path.Index(i), family))
		}
	}
	return out
}

// network checks that a range can be read and is written with its first address.
func network(value string, path *field.Path) field.ErrorList {
	prefix, err := cidr.Parse(value)
	switch {
	case err != nil:
		return field.ErrorList{field.Invalid(path, value, "must be a range of addresses such as 10.96.0.0/12")}
	case prefix != prefix.Masked():
		return field.ErrorList{field.Invalid(path, value, "must be written with its first address: "+prefix.Masked().String())}
	default:
		return nil
	}
}

// ofFamily checks that a range is of the one family that there is.
func ofFamily(value string, families []gardencorev1beta1.IPFamily, path *field.Path) field.ErrorList {
	wanted := gardencorev1beta1.IPFamilyIPv4
	if len(families) > 0 {
		wanted = families[0]
	}
	if cidr.Family(value) == wanted {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value, "must be an "+string(wanted)+" range, as ipFamilies says")}
}

// networkingUpdate checks that ranges stay, and that families change only between IPv4 and IPv4 with IPv6.
func networkingUpdate(now, before *gardencorev1beta1.Networking, path *field.Path) field.ErrorList {
	switch {
	case before == nil:
		return nil
	case now == nil:
		return field.ErrorList{field.Forbidden(path, "cannot be removed; networks of a cluster stay")}
	}
	const remedy = "networks of a cluster stay; create another Shoot"
	out := immutable(now.Type, before.Type, path.Child("type"), remedy)
	if before.Pods != nil {
		out = append(out, immutable(now.Pods, before.Pods, path.Child("pods"), remedy)...)
	}
	if before.Services != nil {
		out = append(out, immutable(now.Services, before.Services, path.Child("services"), remedy)...)
	}
	grows, shrinks := isIPv4(before.IPFamilies) && isDual(now.IPFamilies), isDual(before.IPFamilies) && isIPv4(now.IPFamilies)
	if !equal(now.IPFamilies, before.IPFamilies) && !grows && !shrinks {
		out = append(out, field.Forbidden(path.Child("ipFamilies"), "can change only from [IPv4] to [IPv4, IPv6] and back"))
	}
	return out
}

func isIPv4(families []gardencorev1beta1.IPFamily) bool {
	return len(families) == 1 && families[0] == gardencorev1beta1.IPFamilyIPv4
}

func isDual(families []gardencorev1beta1.IPFamily) bool {
	return len(families) == 2 && families[0] == gardencorev1beta1.IPFamilyIPv4 && families[1] == gardencorev1beta1.IPFamilyIPv6
}
