// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	netutils "k8s.io/utils/net"
	"k8s.io/utils/ptr"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Image returns the reference of an image, named by a constant of package images, for the component's version.
func (in *Input) Image(name string) (string, error) {
	return in.Images.Find(name, in.Version)
}

// Workerless reports whether no machine can join. What is for nodes and pods is then left out.
func (in *Input) Workerless() bool { return ptr.Deref(in.Configuration.Workerless, false) }

// Addons are the user's settings of what runs in the workload cluster.
func (in *Input) Addons() controlplanev1.AddonsSpec { return in.Configuration.Addons }

// Override returns what the user overrides for a component; empty if nothing.
func (in *Input) Override(component string) controlplanev1.ComponentOverride {
	for _, override := range in.Configuration.Components {
		if override.Name == component {
			return override
		}
	}
	return controlplanev1.ComponentOverride{Name: component}
}

// Resources returns the resources of a container: what the user overrides for it, else the given defaults.
// Deployments need not ask, the framework overrides their containers.
func (in *Input) Resources(component, container string, defaults corev1.ResourceRequirements) corev1.ResourceRequirements {
	for _, override := range in.Override(component).Containers {
		if override.Name == container {
			return override.Resources
		}
	}
	return defaults
}

// dnsServiceIndex is the place of the cluster's DNS in a Service range, which kubelets and users expect.
const dnsServiceIndex = 10

// DNSServiceIPs are the addresses of the cluster's DNS: the tenth of each Service range.
func (n Network) DNSServiceIPs() ([]string, error) {
	addresses := make([]string, 0, len(n.ServiceCIDRs))
	for _, cidr := range n.ServiceCIDRs {
		_, network, err := netutils.ParseCIDRSloppy(cidr)
		if err != nil {
			return nil, fmt.Errorf("read the Service range %q: %w", cidr, err)
		}
		address, err := netutils.GetIndexedIP(network, dnsServiceIndex)
		if err != nil {
			return nil, fmt.Errorf("the Cluster's spec.clusterNetwork.services: %s has no tenth address, which is that of the "+
				"cluster's DNS; use a larger range in a new cluster", cidr)
		}
		addresses = append(addresses, address.String())
	}
	return addresses, nil
}

// PodSelector returns the labels that select the pods of a workload. The framework sets them on the workload's
// selector and pods; Services, PodDisruptionBudgets and NetworkPolicies use them.
func PodSelector(workload string) map[string]string {
	return map[string]string{wiring.LabelApp: workload}
}
