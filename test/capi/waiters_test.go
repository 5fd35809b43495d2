// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"context"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/test/framework/clusterctl"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

// waiters wait for a hosted control plane where upstream waits for kubeadm's. The specs that take them read nothing of
// the control plane itself, which is not of the type that upstream's results have room for.
var waiters = clusterctl.ControlPlaneWaiters{
	WaitForControlPlaneInitialized: func(ctx context.Context, in clusterctl.ApplyCustomClusterTemplateAndWaitInput, result *clusterctl.ApplyCustomClusterTemplateAndWaitResult) {
		Eventually(func(g Gomega) {
			cluster, controlPlane := controlPlaneOf(ctx, g, result.Cluster)
			g.Expect(controlPlane.Status.Initialization.ControlPlaneInitialized).To(HaveValue(BeTrue()), hosted.Describe(controlPlane))
			g.Expect(cluster.Status.Initialization.ControlPlaneInitialized).To(HaveValue(BeTrue()))
			result.Cluster = cluster
		}, in.WaitForControlPlaneIntervals...).Should(Succeed())
	},
	WaitForControlPlaneMachinesReady: func(ctx context.Context, in clusterctl.ApplyCustomClusterTemplateAndWaitInput, result *clusterctl.ApplyCustomClusterTemplateAndWaitResult) {
		Eventually(func(g Gomega) {
			_, controlPlane := controlPlaneOf(ctx, g, result.Cluster)
			g.Expect(conditions.Get(controlPlane, controlplanev1.AvailableCondition)).
				To(HaveField("Status", metav1.ConditionTrue), hosted.Describe(controlPlane))
			g.Expect(controlPlane.Status.ReadyReplicas).To(Equal(controlPlane.Spec.Replicas))
			g.Expect(controlPlane.Status.Version).To(Equal(controlPlane.Spec.Version))
		}, in.WaitForControlPlaneIntervals...).Should(Succeed())
	},
}

// controlPlaneOf reads a Cluster, and the control plane that it refers to.
func controlPlaneOf(ctx context.Context, g Gomega, of *clusterv1.Cluster) (*clusterv1.Cluster, *controlplanev1.KubeceptionControlPlane) {
	reader := management.GetClient()
	cluster := &clusterv1.Cluster{}
	g.Expect(reader.Get(ctx, client.ObjectKeyFromObject(of), cluster)).To(Succeed())
	controlPlane := &controlplanev1.KubeceptionControlPlane{}
	key := client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Spec.ControlPlaneRef.Name}
	g.Expect(reader.Get(ctx, key, controlPlane)).To(Succeed())
	return cluster, controlPlane
}
