// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import "strings"

// network is spec.network of an AWSCluster.
type network struct {
	VPC                        vpc               `json:"vpc"`
	Subnets                    []subnet          `json:"subnets"`
	CNI                        cni               `json:"cni"`
	SecurityGroupOverrides     map[string]string `json:"securityGroupOverrides,omitempty"`
	AdditionalNodeIngressRules []ingressRule     `json:"additionalNodeIngressRules,omitempty"`
}

type vpc struct {
	ID        string `json:"id,omitempty"`
	CIDRBlock string `json:"cidrBlock,omitempty"`
	IPv6      *ipv6  `json:"ipv6,omitempty"`
}

type ipv6 struct {
	IPAMPool *pool `json:"ipamPool,omitempty"`
}

type pool struct {
	ID string `json:"id"`
}

type subnet struct {
	ID               string `json:"id"`
	CIDRBlock        string `json:"cidrBlock,omitempty"`
	AvailabilityZone string `json:"availabilityZone"`
	IsPublic         bool   `json:"isPublic"`
	IsIPv6           bool   `json:"isIpv6,omitempty"`
}

type cni struct {
	IngressRules []cniRule `json:"cniIngressRules"`
}

type cniRule struct {
	Description string `json:"description"`
	Protocol    string `json:"protocol"`
	FromPort    int64  `json:"fromPort"`
	ToPort      int64  `json:"toPort"`
}

type ingressRule struct {
	cniRule        `json:",inline"`
	CIDRBlocks     []string `json:"cidrBlocks,omitempty"`
	IPv6CIDRBlocks []string `json:"ipv6CidrBlocks,omitempty"`
}

// resourceReference is how an AWSMachine finds its subnet.
type resourceReference struct {
	ID      string   `json:"id,omitempty"`
	Filters []filter `json:"filters,omitempty"`
}

type filter struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// betweenNodes allows everything between nodes, as Gardener does: a network plugin may use what it likes. The tunnel to the
// control plane needs no rule, because its agents open it from inside.
var betweenNodes = cniRule{Description: "all between nodes", Protocol: "-1", FromPort: -1, ToPort: 65535}

// network is what becomes of a configuration that is valid.
func (c *infrastructureConfigType) network() network {
	isIPv6 := c.DualStack != nil && c.DualStack.Enabled
	out := network{
		VPC: vpc{ID: deref(c.Networks.VPC.ID), CIDRBlock: deref(c.Networks.VPC.CIDR)},
		CNI: cni{IngressRules: []cniRule{betweenNodes}},
	}
	nodePorts := ingressRule{
		// Cluster API Provider AWS itself opens them for TCP.
		cniRule:    cniRule{Description: "node ports, UDP", Protocol: "udp", FromPort: 30000, ToPort: 32767},
		CIDRBlocks: []string{"0.0.0.0/0"},
	}
	if isIPv6 {
		out.VPC.IPv6 = &ipv6{}
		if from := c.Networks.VPC.IPv6IPAMPool; from != nil {
			out.VPC.IPv6.IPAMPool = &pool{ID: deref(from.ID)}
		}
		nodePorts.IPv6CIDRBlocks = []string{"::/0"}
	}
	if group := deref(c.Networks.NodesSecurityGroupID); group != "" {
		out.SecurityGroupOverrides = map[string]string{"node": group}
	} else {
		out.AdditionalNodeIngressRules = []ingressRule{nodePorts}
	}
	for _, zone := range c.Networks.Zones {
		out.Subnets = append(out.Subnets, zone.subnets(isIPv6)...)
	}
	return out
}

// subnets are those of a zone: for machines, for load balancers in the network, for NAT gateways and public load balancers.
func (z zoneConfig) subnets(isIPv6 bool) []subnet {
	var out []subnet
	add := func(purpose string, id, cidr *string, public bool) {
		switch {
		case id != nil:
			// One subnet may serve machines and load balancers.
			if len(out) == 0 || out[0].ID != *id {
				out = append(out, subnet{ID: *id, AvailabilityZone: z.Name, IsPublic: public})
			}
		case cidr != nil:
			// The id is a name here, because it does not begin with "subnet-".
			out = append(out, subnet{ID: purpose + "-" + z.Name, CIDRBlock: *cidr, AvailabilityZone: z.Name, IsPublic: public, IsIPv6: isIPv6})
		}
	}
	add("workers", z.WorkersSubnetID, z.Workers, false)
	add("internal", z.InternalSubnetID, z.Internal, false)
	add("public", z.PublicSubnetID, z.Public, true)
	return out
}

// workersSubnet finds the subnet of machines in a zone. A zone has a second private subnet, for load balancers, so that the zone
// is not enough; ranges of addresses are the same in many networks, so that the range is not either.
func workersSubnet(cluster string, zone zoneConfig) *resourceReference {
	if zone.WorkersSubnetID != nil {
		return &resourceReference{ID: *zone.WorkersSubnetID}
	}
	return &resourceReference{Filters: []filter{
		{Name: "tag:" + ownerTagPrefix + cluster, Values: []string{"owned"}},
		{Name: "cidr-block", Values: []string{strings.TrimSpace(deref(zone.Workers))}},
	}}
}

// ownerTagPrefix, with the name of the Cluster, is the key of the tag that Cluster API Provider AWS puts on what it makes.
const ownerTagPrefix = "sigs.k8s.io/cluster-api-provider-aws/cluster/"
