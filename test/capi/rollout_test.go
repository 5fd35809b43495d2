// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"context"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/cluster-api/test/e2e"
	"sigs.k8s.io/cluster-api/test/framework"
	"sigs.k8s.io/cluster-api/test/framework/clusterctl"
	"sigs.k8s.io/cluster-api/util"
)

// Upstream's spec of this reads kubeadm's control plane and its machines. Its steps for workers are taken from the
// framework, in the same order.
var _ = Describe("Rollout of a MachineDeployment", long, func() {
	const spec = "md-rollout"

	It("Should successfully upgrade Machines upon changes in relevant MachineDeployment fields", func() {
		namespace, stop := framework.SetupSpecNamespace(ctx, spec, management, artifacts, nil)
		made := &clusterctl.ApplyClusterTemplateAndWaitResult{}
		DeferCleanup(func(ctx context.Context) {
			framework.DumpSpecResourcesAndCleanup(ctx, spec, management, clusterctlConfig, artifacts, namespace, stop, made.Cluster,
				config.GetIntervals, false)
		})
		By("Creating a workload cluster")
		clusterctl.ApplyClusterTemplateAndWait(ctx, clusterctl.ApplyClusterTemplateAndWaitInput{
			ClusterProxy: management,
			ConfigCluster: clusterctl.ConfigClusterInput{
				LogFolder:                filepath.Join(artifacts, "clusters", management.GetName()),
				ClusterctlConfigPath:     clusterctlConfig,
				KubeconfigPath:           management.GetKubeconfigPath(),
				InfrastructureProvider:   clusterctl.DefaultInfrastructureProvider,
				Namespace:                namespace.Name,
				ClusterName:              spec + "-" + util.RandomString(6),
				KubernetesVersion:        config.MustGetVariable(e2e.KubernetesVersion),
				ControlPlaneMachineCount: ptr.To(int64(1)),
				WorkerMachineCount:       ptr.To(int64(1)),
			},
			ControlPlaneWaiters:          waiters,
			WaitForClusterIntervals:      config.GetIntervals(spec, "wait-cluster"),
			WaitForControlPlaneIntervals: config.GetIntervals(spec, "wait-control-plane"),
			WaitForMachineDeployments:    config.GetIntervals(spec, "wait-worker-nodes"),
		}, made)

		By("Upgrade MachineDeployment in-place mutable fields and wait for in-place propagation")
		framework.UpgradeMachineDeploymentInPlaceMutableFieldsAndWait(ctx, framework.UpgradeMachineDeploymentInPlaceMutableFieldsAndWaitInput{
			ClusterProxy: management, Cluster: made.Cluster, MachineDeployments: made.MachineDeployments,
			WaitForMachinesToBeUpgraded: config.GetIntervals(spec, "wait-machine-upgrade"),
		})
		By("Upgrading MachineDeployment Infrastructure ref and wait for rolling upgrade")
		framework.UpgradeMachineDeploymentInfrastructureRefAndWait(ctx, framework.UpgradeMachineDeploymentInfrastructureRefAndWaitInput{
			ClusterProxy: management, Cluster: made.Cluster, MachineDeployments: made.MachineDeployments,
			WaitForMachinesToBeUpgraded: config.GetIntervals(spec, "wait-machine-upgrade"),
		})
		framework.VerifyClusterAvailable(ctx, framework.VerifyClusterAvailableInput{
			Getter: management.GetClient(), Namespace: namespace.Name, Name: made.Cluster.Name,
		})
		framework.VerifyMachinesReady(ctx, framework.VerifyMachinesReadyInput{
			Lister: management.GetClient(), Namespace: namespace.Name, Name: made.Cluster.Name,
		})
	})
})
