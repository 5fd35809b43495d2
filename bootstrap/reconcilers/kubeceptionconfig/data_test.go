// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	"testing"

	. "github.com/onsi/gomega"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

func TestBootstrapDataWaitsFor(t *testing.T) {
	ready := func() *clusterv1.Cluster {
		cluster := &clusterv1.Cluster{}
		cluster.Status.Initialization.InfrastructureProvisioned = new(true)
		cluster.Status.Initialization.ControlPlaneInitialized = new(true)
		cluster.Spec.ControlPlaneEndpoint = clusterv1.APIEndpoint{Host: "api.example.com", Port: 6443}
		cluster.Spec.ControlPlaneRef = clusterv1.ContractVersionedObjectReference{APIGroup: "g", Kind: "k", Name: "n"}
		cluster.Status.ControlPlane = &clusterv1.ClusterControlPlaneStatus{
			Versions: []clusterv1.StatusVersion{{Version: "v1.35.1"}, {Version: "v1.36.3"}},
		}
		return cluster
	}
	cases := map[string]struct {
		change  func(*clusterv1.Cluster)
		version string
		reason  string
		message string
	}{
		"nothing, when everything is there": {version: "v1.35.1"},
		"infrastructure": {
			change: func(c *clusterv1.Cluster) { c.Status.Initialization.InfrastructureProvisioned = new(false) }, version: "v1.35.1",
			reason: bootstrapv1.WaitingForInfrastructureReason,
		},
		"a control plane": {
			change: func(c *clusterv1.Cluster) { c.Status.Initialization.ControlPlaneInitialized = nil }, version: "v1.35.1",
			reason: bootstrapv1.WaitingForControlPlaneReason,
		},
		"an endpoint": {
			change: func(c *clusterv1.Cluster) { c.Spec.ControlPlaneEndpoint = clusterv1.APIEndpoint{} }, version: "v1.35.1",
			reason: bootstrapv1.WaitingForControlPlaneReason,
		},
		"the version of the control plane": {
			change: func(c *clusterv1.Cluster) { c.Status.ControlPlane = nil }, version: "v1.35.1",
			reason: bootstrapv1.WaitingForControlPlaneReason, message: "report the version",
		},
		"no version where nobody reports one": {
			change: func(c *clusterv1.Cluster) {
				c.Status.ControlPlane, c.Spec.ControlPlaneRef = nil, clusterv1.ContractVersionedObjectReference{}
			},
			version: "v1.35.1",
		},
		"a version of the machine": {
			reason: bootstrapv1.ConfigurationInvalidReason, message: "Machine one names no Kubernetes version; set its spec.version",
		},
		"an upgrade of the control plane": {
			version: "v1.36.3", reason: bootstrapv1.VersionNotSupportedReason,
			message: "Machine one: version v1.36.3 is newer than the control plane, which runs v1.35.1; upgrade the control plane first",
		},
		"a newer machine": {
			version: "v1.32.0", reason: bootstrapv1.VersionNotSupportedReason, message: "choose a version v1.33.x or later",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			cluster := ready()
			if c.change != nil {
				c.change(cluster)
			}
			p := notYet(cluster, &owner{kind: machineKind, name: "one", version: c.version})
			if c.reason == "" {
				g.Expect(p).NotTo(HaveOccurred())
				return
			}
			g.Expect(p).To(HaveOccurred())
			g.Expect(p.reason).To(Equal(c.reason))
			g.Expect(p.message).To(ContainSubstring(c.message))
		})
	}
}

func TestAPoolHasJoinedWhenAllItsMachinesHave(t *testing.T) {
	g := NewWithT(t)
	pool := &clusterv1.MachinePool{}
	g.Expect(ownerMachinePool(pool).joined).To(BeFalse(), "one machine is wanted where the number is left out")
	pool.Spec.Replicas = new(int32(0))
	g.Expect(ownerMachinePool(pool).joined).To(BeTrue())
	g.Expect(ownerMachinePool(pool).pool()).To(BeTrue())
}
