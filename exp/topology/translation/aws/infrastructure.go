// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"fmt"
	"regexp"
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/cidr"
)

var (
	vpcID           = regexp.MustCompile(`^vpc-[a-z0-9]+$`)
	subnetID        = regexp.MustCompile(`^subnet-[a-z0-9]+$`)
	securityGroupID = regexp.MustCompile(`^sg-[a-z0-9]+$`)

	networksPath = infrastructurePath.Child("networks")
	zonesPath    = networksPath.Child("zones")
)

// validate checks what Gardener's AWS extension checks, and refuses what Cluster API Provider AWS cannot do.
func (c *infrastructureConfigType) validate(spec *gardencorev1beta1.ShootSpec, profile *gardencorev1beta1.CloudProfileSpec) field.ErrorList {
	out := c.validateVPC()
	out = append(out, c.validateIPv6(spec)...)
	out = append(out, c.validateZones(spec, profile)...)
	out = append(out, c.validateRanges(spec)...)
	if group := c.Networks.NodesSecurityGroupID; group != nil {
		path := networksPath.Child("nodesSecurityGroupID")
		out = append(out, matches(*group, securityGroupID, path)...)
		if c.Networks.VPC.ID == nil {
			out = append(out, field.Forbidden(path, "only an existing VPC, with an id, has a security group"))
		}
	}
	return out
}

func (c *infrastructureConfigType) validateVPC() field.ErrorList {
	path, vpc := networksPath.Child("vpc"), c.Networks.VPC
	switch {
	case vpc.ID == nil && vpc.CIDR == nil:
		return field.ErrorList{field.Required(path, "name an existing VPC by id, or the range of addresses of a new one by cidr")}
	case vpc.ID != nil && vpc.CIDR != nil:
		return field.ErrorList{field.Invalid(path, *vpc.ID, "has both an id and a cidr; an existing VPC has its own range of addresses")}
	case vpc.ID != nil:
		return matches(*vpc.ID, vpcID, path.Child("id"))
	}
	return validateRange(*vpc.CIDR, path.Child("cidr"))
}

func (c *infrastructureConfigType) validateIPv6(spec *gardencorev1beta1.ShootSpec) field.ErrorList {
	var out field.ErrorList
	enabled := c.DualStack != nil && c.DualStack.Enabled
	path, poolPath := infrastructurePath.Child("dualStack", "enabled"), networksPath.Child("vpc", "ipv6IpamPool")
	if enabled && c.Networks.VPC.ID != nil {
		out = append(out, field.Forbidden(path, "in an existing VPC the subnets decide; only a new one can be told"))
	}
	if spec.Networking != nil && slices.Contains(spec.Networking.IPFamilies, gardencorev1beta1.IPFamilyIPv6) && !enabled && c.Networks.VPC.ID == nil {
		out = append(out, field.Required(path, "spec.networking.ipFamilies has IPv6, for which the VPC must have both families"))
	}
	pool := c.Networks.VPC.IPv6IPAMPool
	switch {
	case pool == nil:
	case !enabled:
		out = append(out, field.Forbidden(poolPath, "needs dualStack.enabled"))
	case deref(pool.ID) == "":
		out = append(out, field.Required(poolPath.Child("id"), "name the pool"))
	case pool.CIDRBlock != nil:
		out = append(out, field.Forbidden(poolPath.Child("cidrBlock"), "Cluster API Provider AWS takes any range of the pool; leave this away"))
	}
	return out
}

func (c *infrastructureConfigType) validateZones(spec *gardencorev1beta1.ShootSpec, profile *gardencorev1beta1.CloudProfileSpec) field.ErrorList {
	if len(c.Networks.Zones) == 0 {
		return field.ErrorList{field.Required(zonesPath, "name at least one zone with the networks in it")}
	}
	var out field.ErrorList
	allowed, seen, used := zonesOf(profile, spec.Region), map[string]bool{}, map[string]bool{}
	for i, zone := range c.Networks.Zones {
		path := zonesPath.Index(i)
		switch {
		case seen[zone.Name]:
			out = append(out, field.Duplicate(path.Child("name"), zone.Name))
		case !slices.Contains(allowed, zone.Name):
			out = append(out, field.NotSupported(path.Child("name"), zone.Name, allowed))
		}
		seen[zone.Name] = true
		if c.Networks.VPC.ID != nil {
			out = append(out, zone.validateExisting(path, used)...)
		} else {
			out = append(out, zone.validateNew(path)...)
		}
		if zone.ElasticIPAllocationID != nil {
			out = append(out, field.Forbidden(path.Child("elasticIPAllocationID"),
				"Cluster API Provider AWS allocates the addresses of NAT gateways itself; leave this away, or use an existing VPC"))
		}
	}
	return out
}

// validateNew checks a zone of a VPC that does not exist yet. There has to be a public subnet for the NAT gateway.
func (z zoneConfig) validateNew(path *field.Path) field.ErrorList {
	var out field.ErrorList
	for _, named := range z.ids() {
		if named.value != nil {
			out = append(out, field.Forbidden(path.Child(named.name), "only an existing VPC, with an id, has subnets"))
		}
	}
	if z.Workers == nil {
		out = append(out, field.Required(path.Child("workers"), "machines need a range of addresses"))
	}
	if z.Public == nil {
		out = append(out, field.Required(path.Child("public"), "the NAT gateway needs a range of addresses; for a network without one use an existing VPC"))
	}
	return out
}

// validateExisting checks a zone of an existing VPC, in which Cluster API Provider AWS makes no subnets.
func (z zoneConfig) validateExisting(path *field.Path, used map[string]bool) field.ErrorList {
	var out field.ErrorList
	for _, named := range z.ranges() {
		if named.value != nil {
			out = append(out, field.Forbidden(path.Child(named.name),
				"Cluster API Provider AWS makes no subnets in an existing VPC; make one and name it in "+named.name+"SubnetID"))
		}
	}
	if z.WorkersSubnetID == nil && z.Workers == nil {
		out = append(out, field.Required(path.Child("workersSubnetID"), "name the subnet of machines"))
	}
	own := map[string]bool{}
	for _, named := range z.ids() {
		if named.value == nil {
			continue
		}
		out = append(out, matches(*named.value, subnetID, path.Child(named.name))...)
		if used[*named.value] {
			out = append(out, field.Duplicate(path.Child(named.name), *named.value))
		}
		own[*named.value] = true
	}
	if z.PublicSubnetID != nil && (deref(z.PublicSubnetID) == deref(z.InternalSubnetID) || deref(z.PublicSubnetID) == deref(z.WorkersSubnetID)) {
		out = append(out, field.Invalid(path.Child("publicSubnetID"), *z.PublicSubnetID, "must be another subnet than those that are not public"))
	}
	for id := range own {
		used[id] = true
	}
	return out
}

// validateRanges checks that ranges of addresses are where they have to be, and apart.
func (c *infrastructureConfigType) validateRanges(spec *gardencorev1beta1.ShootSpec) field.ErrorList {
	var out field.ErrorList
	networking := deref(spec.Networking)
	if networking.Nodes == nil {
		out = append(out, field.Required(field.NewPath("spec", "networking", "nodes"), "Shoots with workers on AWS need the range of addresses of nodes"))
	}
	type placed struct {
		value string
		path  *field.Path
	}
	var all []placed
	for i, zone := range c.Networks.Zones {
		for _, named := range zone.ranges() {
			if named.value == nil {
				continue
			}
			path, value := zonesPath.Index(i).Child(named.name), *named.value
			out = append(out, validateRange(value, path)...)
			out = append(out, within(value, c.Networks.VPC.CIDR, "that of the VPC", path)...)
			if named.name == "workers" {
				out = append(out, within(value, networking.Nodes, "spec.networking.nodes", path)...)
			}
			for _, other := range all {
				if cidr.Overlap(value, other.value) {
					out = append(out, field.Invalid(path, value, fmt.Sprintf("overlaps with %s, %s", other.path, other.value)))
				}
			}
			out = append(out, apart(value, networking, path)...)
			all = append(all, placed{value, path})
		}
	}
	if vpc := c.Networks.VPC.CIDR; vpc != nil {
		path := networksPath.Child("vpc", "cidr")
		out = append(out, apart(*vpc, networking, path)...)
		if networking.Nodes != nil {
			out = append(out, within(*networking.Nodes, vpc, path.String(), field.NewPath("spec", "networking", "nodes"))...)
		}
	}
	return out
}

// within checks that a range is in another one, if that is known and of the same family.
func within(value string, around *string, name string, path *field.Path) field.ErrorList {
	if around == nil || cidr.Family(value) != cidr.Family(*around) || cidr.Contains(*around, value) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value, fmt.Sprintf("is not in the range of %s, %s", name, *around))}
}

// apart checks that a range of the infrastructure overlaps with none inside the cluster.
func apart(value string, networking gardencorev1beta1.Networking, path *field.Path) field.ErrorList {
	var out field.ErrorList
	for name, other := range map[string]*string{"pods": networking.Pods, "services": networking.Services} {
		if other != nil && cidr.Overlap(value, *other) {
			out = append(out, field.Invalid(path, value, fmt.Sprintf("overlaps with spec.networking.%s, %s", name, *other)))
		}
	}
	return out
}

func validateRange(value string, path *field.Path) field.ErrorList {
	if _, err := cidr.Parse(value); err != nil {
		return field.ErrorList{field.Invalid(path, value, err.Error())}
	}
	if cidr.Family(value) != gardencorev1beta1.IPFamilyIPv4 {
		return field.ErrorList{field.Invalid(path, value, "must be of IPv4; addresses of IPv6 are given by AWS")}
	}
	if !cidr.Canonical(value) {
		return field.ErrorList{field.Invalid(path, value, "has bits set behind the mask")}
	}
	return nil
}

func matches(value string, form *regexp.Regexp, path *field.Path) field.ErrorList {
	if form.MatchString(value) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value, "must match "+form.String())}
}

// named is a field of a zone.
type named struct {
	name  string
	value *string
}

func (z zoneConfig) ids() []named {
	return []named{{"workersSubnetID", z.WorkersSubnetID}, {"publicSubnetID", z.PublicSubnetID}, {"internalSubnetID", z.InternalSubnetID}}
}

func (z zoneConfig) ranges() []named {
	return []named{{"workers", z.Workers}, {"public", z.Public}, {"internal", z.Internal}}
}

// zonesOf are the zones that a profile has in a region.
func zonesOf(profile *gardencorev1beta1.CloudProfileSpec, region string) []string {
	out := []string{}
	for _, r := range profile.Regions {
		if r.Name != region {
			continue
		}
		for _, zone := range r.Zones {
			out = append(out, zone.Name)
		}
	}
	return out
}
