// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// hostOnAWS creates a Cluster whose AWSCluster has a load balancer of some type. The AWSCluster comes last.
func (s *story) hostOnAWS(loadBalancer string) {
	s.Helper()
	cluster := s.newCluster()
	cluster.Spec.InfrastructureRef = clusterv1.ContractVersionedObjectReference{
		APIGroup: "infrastructure.cluster.x-k8s.io", Kind: "AWSCluster", Name: name,
	}
	s.create(cluster, s.newControlPlane())
	s.says(controlplanev1.APIServerAvailableCondition, metav1.ConditionTrue, clusterv1.AvailableReason)
	aws := s.emptyAWSCluster()
	s.Expect(unstructured.SetNestedField(aws.Object, "eu-central-1", "spec", "region")).To(Succeed())
	if loadBalancer != "" {
		s.Expect(unstructured.SetNestedField(aws.Object, loadBalancer, "spec", "controlPlaneLoadBalancer", "loadBalancerType")).To(Succeed())
	}
	s.create(aws)
}

func (s *story) emptyAWSCluster() *unstructured.Unstructured {
	aws := &unstructured.Unstructured{}
	aws.SetAPIVersion("infrastructure.cluster.x-k8s.io/v1beta2")
	aws.SetKind("AWSCluster")
	aws.SetNamespace(s.namespace)
	aws.SetName(name)
	return aws
}

// awsEndpoint is what the AWSCluster has as endpoint.
func (s *story) awsEndpoint() clusterv1.APIEndpoint {
	s.Helper()
	aws := s.emptyAWSCluster()
	s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(aws), aws)).To(Succeed())
	host, _, _ := unstructured.NestedString(aws.Object, "spec", "controlPlaneEndpoint", "host")
	port, _, _ := unstructured.NestedInt64(aws.Object, "spec", "controlPlaneEndpoint", "port")
	return clusterv1.APIEndpoint{Host: host, Port: int32(port)}
}

func TestAnAWSClusterWithoutLoadBalancerGetsTheEndpointOnce(t *testing.T) {
	s := tell(t)
	s.hostOnAWS("disabled")
	s.comesUp()
	s.Eventually(s.awsEndpoint).Should(Equal(s.controlPlane().Spec.ControlPlaneEndpoint))

	aws := s.emptyAWSCluster()
	s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(aws), aws)).To(Succeed())
	before := aws.GetGeneration()
	s.changeCluster(func(c *clusterv1.Cluster) { c.Annotations = map[string]string{"example.com/look": "again"} })
	s.Consistently(func(g Gomega) {
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(aws), aws)).To(Succeed())
		g.Expect(aws.GetGeneration()).To(Equal(before))
	}).Should(Succeed())
}

func TestAnAWSClusterWithALoadBalancerIsToldWhatToDo(t *testing.T) {
	s := tell(t)
	s.hostOnAWS("")
	s.says(controlplanev1.EndpointAvailableCondition, metav1.ConditionFalse, controlplanev1.EndpointConflictReason,
		"AWSCluster "+s.namespace+"/"+name, "set its spec.controlPlaneLoadBalancer.loadBalancerType to disabled")
	s.says(controlplanev1.AvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason, "loadBalancerType")
	s.Expect(s.awsEndpoint().IsZero()).To(BeTrue())
}

func TestAnEndpointThatTheClusterAlreadyHasIsAdopted(t *testing.T) {
	s := tell(t)
	cluster := s.newCluster()
	cluster.Spec.ControlPlaneEndpoint = clusterv1.APIEndpoint{Host: "127.77.255.1", Port: 6443}
	s.create(cluster, s.newControlPlane())
	s.says(controlplanev1.EndpointAvailableCondition, metav1.ConditionTrue, clusterv1.AvailableReason)
	s.Eventually(func() clusterv1.APIEndpoint { return s.controlPlane().Spec.ControlPlaneEndpoint }).Should(Equal(cluster.Spec.ControlPlaneEndpoint))
	s.says(controlplanev1.APIServerAvailableCondition, metav1.ConditionFalse, controlplanev1.APIServerUnreachableReason, "127.77.255.1:6443")
}

func TestAnotherEndpointOfTheClusterIsAConflictThatLeavesTheAPIServerAsItIs(t *testing.T) {
	s := tell(t)
	s.host()
	s.comesUp()
	s.Eventually(func() bool { return s.cluster().Spec.ControlPlaneEndpoint.IsZero() }).Should(BeFalse())
	before := s.deployments()
	s.changeCluster(func(c *clusterv1.Cluster) { c.Spec.ControlPlaneEndpoint.Host = "another.example.com" })
	s.says(controlplanev1.EndpointAvailableCondition, metav1.ConditionFalse, controlplanev1.EndpointConflictReason,
		"Cluster spec.controlPlaneEndpoint is another.example.com:6443", "let either the infrastructure or the control plane provide the endpoint")
	s.runsOn(before)
}
