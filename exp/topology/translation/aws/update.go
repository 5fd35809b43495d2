// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"reflect"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidateUpdate implements provider.Updater: the VPC and what is in a zone stay, zones are added at the end. A configuration that
// cannot be decoded is the business of the translation.
func (Provider) ValidateUpdate(now, before *gardencorev1beta1.Shoot) field.ErrorList {
	is, _ := infrastructureConfig(now)
	was, _ := infrastructureConfig(before)
	if is == nil || was == nil {
		return nil
	}
	vpcPath := networksPath.Child("vpc")
	out := unchanged(is.Networks.VPC.ID, was.Networks.VPC.ID, vpcPath.Child("id"))
	out = append(out, unchanged(is.Networks.VPC.CIDR, was.Networks.VPC.CIDR, vpcPath.Child("cidr"))...)
	out = append(out, unchanged(is.Networks.VPC.IPv6IPAMPool, was.Networks.VPC.IPv6IPAMPool, vpcPath.Child("ipv6IpamPool"))...)
	out = append(out, unchanged(is.Networks.NodesSecurityGroupID, was.Networks.NodesSecurityGroupID, networksPath.Child("nodesSecurityGroupID"))...)
	out = append(out, unchanged(deref(is.EnableDedicatedTenancyForVPC), deref(was.EnableDedicatedTenancyForVPC), infrastructurePath.Child("enableDedicatedTenancyForVPC"))...)
	// Cluster API Provider AWS cannot give subnets that exist another family.
	out = append(out, unchanged(deref(is.DualStack), deref(was.DualStack), infrastructurePath.Child("dualStack"))...)
	if len(is.Networks.Zones) < len(was.Networks.Zones) {
		return append(out, field.Forbidden(zonesPath, "zones cannot be removed"))
	}
	for i, zone := range was.Networks.Zones {
		out = append(out, unchangedZone(is.Networks.Zones[i], zone, zonesPath.Index(i))...)
	}
	return out
}

// unchangedZone checks that a zone keeps what it has. It may get a subnet for load balancers that it had not.
func unchangedZone(is, was zoneConfig, path *field.Path) field.ErrorList {
	out := unchanged(is.Name, was.Name, path.Child("name"))
	before := append(was.ids(), was.ranges()...)
	for i, now := range append(is.ids(), is.ranges()...) {
		if before[i].value != nil {
			out = append(out, unchanged(now.value, before[i].value, path.Child(now.name))...)
		}
	}
	return out
}

func unchanged[T any](is, was T, path *field.Path) field.ErrorList {
	if reflect.DeepEqual(is, was) {
		return nil
	}
	return field.ErrorList{field.Forbidden(path, "cannot change")}
}
