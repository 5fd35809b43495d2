// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/cluster-api/test/e2e"
)

var _ = Describe("Quick start", func() {
	e2e.QuickStartSpec(ctx, func() e2e.QuickStartSpecInput {
		return e2e.QuickStartSpecInput{
			E2EConfig: config, ClusterctlConfigPath: clusterctlConfig, BootstrapClusterProxy: management,
			ArtifactFolder: artifacts, ControlPlaneWaiters: waiters,
			PostMachinesProvisioned: unshaken(unmanaged),
		}
	})
})

var _ = Describe("Quick start with a ClusterClass", long, func() {
	e2e.QuickStartSpec(ctx, func() e2e.QuickStartSpecInput {
		return e2e.QuickStartSpecInput{
			E2EConfig: config, ClusterctlConfigPath: clusterctlConfig, BootstrapClusterProxy: management,
			ArtifactFolder: artifacts, ControlPlaneWaiters: waiters,
			Flavor:                  new(topology),
			PostMachinesProvisioned: unshaken(managed),
		}
	})
})

var _ = Describe("Scaling a MachineDeployment", long, func() {
	e2e.MachineDeploymentScaleSpec(ctx, func() e2e.MachineDeploymentScaleSpecInput {
		return e2e.MachineDeploymentScaleSpecInput{
			E2EConfig: config, ClusterctlConfigPath: clusterctlConfig, BootstrapClusterProxy: management,
			ArtifactFolder: artifacts, ControlPlaneWaiters: waiters,
		}
	})
})

var _ = Describe("Remediation of a MachineDeployment", long, func() {
	e2e.MachineDeploymentRemediationSpec(ctx, func() e2e.MachineDeploymentRemediationSpecInput {
		return e2e.MachineDeploymentRemediationSpecInput{
			E2EConfig: config, ClusterctlConfigPath: clusterctlConfig, BootstrapClusterProxy: management,
			ArtifactFolder: artifacts, ControlPlaneWaiters: waiters,
			Flavor: new(remediation),
		}
	})
})

var _ = Describe("Deletion of a cluster", long, func() {
	e2e.ClusterDeletionSpec(ctx, func() e2e.ClusterDeletionSpecInput {
		return e2e.ClusterDeletionSpecInput{
			E2EConfig: config, ClusterctlConfigPath: clusterctlConfig, BootstrapClusterProxy: management,
			ArtifactFolder: artifacts, ControlPlaneWaiters: waiters,
			Flavor: new(topology),
			// Workers go first, then the control plane, and what they stood on last.
			ClusterDeletionPhases: []e2e.ClusterDeletionPhase{
				phase("Machine", "Machine", "MachineSet", "MachineDeployment"),
				phase("KubeceptionControlPlane", "KubeceptionControlPlane"),
				phase("KubeceptionCluster", "KubeceptionCluster"),
			},
		}
	})
})

// phase is a step of a deletion in which objects of some kinds go; the next must wait for those of one of them.
func phase(last string, kinds ...string) e2e.ClusterDeletionPhase {
	of := func(kinds ...string) func(corev1.ObjectReference, []metav1.OwnerReference) bool {
		return func(object corev1.ObjectReference, _ []metav1.OwnerReference) bool {
			for _, kind := range kinds {
				if object.Kind == kind {
					return true
				}
			}
			return false
		}
	}
	return e2e.ClusterDeletionPhase{ObjectFilter: of(kinds...), BlockingObjectFilter: of(last)}
}
