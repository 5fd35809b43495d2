// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"testing"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/test/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/standin"
)

// infrastructure is an object of the test infrastructure that is not provisioned.
func (s *story) infrastructure() *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(builder.InfrastructureGroupVersion.WithKind(builder.TestInfrastructureClusterKind))
	object.SetNamespace(s.namespace)
	object.SetName(name)
	return object
}

func TestTheEndpointIsPublishedBeforeInfrastructureIsProvisionedAndSurfacesAfterInitialization(t *testing.T) {
	s := tell(t)
	world.local.Hold(s.seedNamespace(), standin.APIServers)
	cluster := s.newCluster()
	cluster.Spec.InfrastructureRef = clusterv1.ContractVersionedObjectReference{
		APIGroup: builder.InfrastructureGroupVersion.Group, Kind: builder.TestInfrastructureClusterKind, Name: name,
	}
	s.create(s.infrastructure(), cluster, s.newControlPlane())

	s.says(controlplanev1.EndpointAvailableCondition, metav1.ConditionTrue, clusterv1.AvailableReason)
	s.says(controlplanev1.APIServerAvailableCondition, metav1.ConditionFalse, controlplanev1.APIServerUnreachableReason, "held by a test")
	endpoint := s.controlPlane().Spec.ControlPlaneEndpoint // Published before it was asked.
	s.Expect(endpoint.IsValid()).To(BeTrue())
	s.Consistently(func() bool { return s.cluster().Spec.ControlPlaneEndpoint.IsZero() }).Should(BeTrue(), "not before initialization")
	s.Expect(ptr.Deref(s.cluster().Status.Initialization.InfrastructureProvisioned, false)).To(BeFalse())

	world.local.Release(s.seedNamespace(), standin.APIServers)
	s.comesUp()
	s.Eventually(func() clusterv1.APIEndpoint { return s.cluster().Spec.ControlPlaneEndpoint }).Should(Equal(endpoint))
	s.clusterSays(clusterv1.ClusterControlPlaneAvailableCondition, metav1.ConditionTrue, clusterv1.AvailableReason)
	s.Expect(ptr.Deref(s.cluster().Status.Initialization.InfrastructureProvisioned, false)).To(BeFalse(), "and never because of it")
}

func TestCoreSeesAControlPlaneWithoutMachines(t *testing.T) {
	s := tell(t)
	const exact = "v1.35.2+vendor.1"
	s.host(func(c *controlplanev1.KubeceptionControlPlane) {
		c.Spec.Version, c.Spec.Replicas = exact, ptr.To(int32(2))
	})
	s.comesUp()

	c := s.controlPlane()
	s.Expect(c.Status.ExternalManagedControlPlane).To(HaveValue(BeTrue()), "else core deletes workers without drain")
	s.Expect(c.Status.Versions).To(Equal([]clusterv1.StatusVersion{{Version: exact, Replicas: 2}}), "byte for byte, else core makes no worker")
	s.Expect(c.Status.Version).To(Equal(exact))
	s.Expect(c.Status.Initialization.ControlPlaneInitialized).To(HaveValue(BeTrue()))
	s.Eventually(func() map[string]string { return s.controlPlane().Labels }).Should(HaveKeyWithValue(clusterv1.ClusterNameLabel, name))
	s.Eventually(func() *clusterv1.ClusterControlPlaneStatus { return s.cluster().Status.ControlPlane }).Should(HaveValue(SatisfyAll(
		HaveField("DesiredReplicas", HaveValue(BeEquivalentTo(2))), HaveField("ReadyReplicas", HaveValue(BeEquivalentTo(2))),
		HaveField("AvailableReplicas", HaveValue(BeEquivalentTo(2))), HaveField("UpToDateReplicas", HaveValue(BeEquivalentTo(2))),
		HaveField("Versions", ConsistOf(HaveField("Version", exact))),
	)))
	s.clusterSays(clusterv1.ClusterControlPlaneAvailableCondition, metav1.ConditionTrue, clusterv1.AvailableReason)
	s.clusterSays(clusterv1.ClusterControlPlaneInitializedCondition, metav1.ConditionTrue, clusterv1.ClusterControlPlaneInitializedReason)
}

func TestReplicasFollowTheScaleSubresource(t *testing.T) {
	s := tell(t)
	// An API server serves the scale of a custom resource only while it has spec.replicas.
	s.host(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Replicas = ptr.To(int32(1)) })
	s.comesUp()

	scale := &autoscalingv1.Scale{}
	s.Expect(s.SubResource("scale").Get(s.Context(), s.controlPlane(), scale)).To(Succeed())
	s.Expect(scale.Status.Replicas).To(BeEquivalentTo(1))
	s.Expect(scale.Status.Selector).To(Equal("app.kubernetes.io/name=kube-apiserver"))

	world.local.Hold(s.seedNamespace(), standin.Deployments)
	s.Eventually(func(g Gomega) { // Our controller may be writing as well.
		g.Expect(s.SubResource("scale").Get(s.Context(), s.controlPlane(), scale)).To(Succeed())
		scale.Spec.Replicas = 3
		g.Expect(s.SubResource("scale").Update(s.Context(), s.controlPlane(), client.WithSubResourceBody(scale))).To(Succeed())
	}).Should(Succeed())
	s.says(controlplanev1.ScalingUpCondition, metav1.ConditionTrue, clusterv1.ScalingUpReason, "from 1 to 3")
	s.clusterSays(clusterv1.ClusterScalingUpCondition, metav1.ConditionTrue, clusterv1.ScalingUpReason)
	world.local.Release(s.seedNamespace(), standin.Deployments)
	s.says(controlplanev1.ScalingUpCondition, metav1.ConditionFalse, clusterv1.NotScalingUpReason)
	s.Eventually(func() *int32 { return s.controlPlane().Status.ReadyReplicas }).Should(HaveValue(BeEquivalentTo(3)))
	s.Expect(s.controlPlane().Status.Effective.Replicas).To(HaveValue(BeEquivalentTo(3)))
}

func TestAnUpgradeReportsWhatStillRuns(t *testing.T) {
	s := tell(t)
	s.host()
	s.comesUp()
	world.local.Hold(s.seedNamespace(), standin.Deployments)
	const next = "v1.36.1"
	s.change(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Version = next })

	s.says(controlplanev1.RollingOutCondition, metav1.ConditionTrue, clusterv1.RollingOutReason, "Rolling out 1 of 1 API servers")
	s.Expect(s.controlPlane().Status.Version).To(Equal(version), "what runs, not what is asked for")
	s.clusterSays(clusterv1.ClusterRollingOutCondition, metav1.ConditionTrue, clusterv1.RollingOutReason)
	s.clusterSays(clusterv1.ClusterControlPlaneAvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason)

	world.local.Release(s.seedNamespace(), standin.Deployments)
	s.comesUp()
	s.says(controlplanev1.RollingOutCondition, metav1.ConditionFalse, clusterv1.NotRollingOutReason)
	s.Eventually(func() []clusterv1.StatusVersion { return s.controlPlane().Status.Versions }).
		Should(Equal([]clusterv1.StatusVersion{{Version: next, Replicas: 1}}))
}

func TestAfterAControlPlaneIsUpNothingIsWritten(t *testing.T) {
	s := tell(t)
	s.host()
	s.comesUp()
	var before map[string]string
	s.Eventually(func() bool { // Until the last events have been handled.
		last := before
		before = s.versions(s.Client)
		return last != nil && len(last) == len(before) && equal(last, before)
	}).WithPolling(quiet).Should(BeTrue())
	s.changeCluster(func(c *clusterv1.Cluster) { c.Annotations = map[string]string{"example.com/look": "again"} })
	s.Consistently(func() map[string]string { return s.versions(s.Client) }).Should(Equal(before), "a reconcile writes nothing")
}

func equal(a, b map[string]string) bool {
	for key, value := range a {
		if b[key] != value {
			return false
		}
	}
	return len(a) == len(b)
}

func TestWhileItsClusterIsPausedNothingIsWritten(t *testing.T) {
	s := tell(t)
	cluster := s.newCluster()
	cluster.Spec.Paused = ptr.To(true)
	s.create(cluster, s.newControlPlane())
	// Core does not set the owner while the Cluster is paused; clusterctl move keeps it.
	s.change(func(c *controlplanev1.KubeceptionControlPlane) {
		c.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(s.cluster(), clusterv1.GroupVersion.WithKind("Cluster"))}
	})
	s.says(controlplanev1.PausedCondition, metav1.ConditionTrue, clusterv1.PausedReason, "Cluster spec.paused is set to true")
	s.Consistently(func(g Gomega) {
		secrets := &corev1.SecretList{}
		g.Expect(s.List(s.Context(), secrets, client.InNamespace(s.namespace))).To(Succeed())
		g.Expect(secrets.Items).To(BeEmpty())
		g.Expect(s.Get(s.Context(), client.ObjectKey{Name: s.seedNamespace()}, &corev1.Namespace{})).To(beNotFound())
	}).Should(Succeed())

	s.pause(false)
	s.comesUp()
	s.says(controlplanev1.PausedCondition, metav1.ConditionFalse, clusterv1.NotPausedReason)

	s.pause(true)
	s.says(controlplanev1.PausedCondition, metav1.ConditionTrue, clusterv1.PausedReason)
	s.change(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Replicas = ptr.To(int32(2)) })
	deployment := &appsv1.Deployment{}
	s.Consistently(func(g Gomega) {
		g.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.seedNamespace(), Name: "kube-apiserver"}, deployment)).To(Succeed())
		g.Expect(deployment.Spec.Replicas).To(HaveValue(BeEquivalentTo(1)))
	}).Should(Succeed())
}
