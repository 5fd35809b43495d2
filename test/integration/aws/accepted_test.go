// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// cases are the Shoots of the translation.
var cases = []string{"usage", "zones", "existing-network"}

// TestShootsComeAsFarAsAWS has each Shoot become a Cluster, an AWSCluster and AWSMachineTemplates, and the first call of AWS.
func TestShootsComeAsFarAsAWS(t *testing.T) {
	for _, name := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := tell(t, name)
			s.isReconciled()
			s.hasTheNetworkOfTheShoot()
			s.hasTheMachinesOfTheShoot()
			s.isRefusedByAWS()
		})
	}
}

// isReconciled waits until the topology has made everything, which the webhooks of both providers have accepted.
func (s *story) isReconciled() {
	s.Helper()
	s.Eventually(func(g Gomega) {
		cluster := &clusterv1.Cluster{}
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(s.output.Cluster), cluster)).To(Succeed())
		g.Expect(cluster.Status.Conditions).To(ContainElement(And(
			HaveField("Type", clusterv1.ClusterTopologyReconciledCondition), HaveField("Message", BeEmpty()),
			HaveField("Reason", clusterv1.ClusterTopologyReconcileSucceededReason))))
	}).Should(Succeed())
}

// hasTheNetworkOfTheShoot compares the AWSCluster with what the translation said. Others may have added to it.
func (s *story) hasTheNetworkOfTheShoot() {
	s.Helper()
	aws := s.awsCluster(s)
	kind, _, _ := unstructured.NestedString(aws.Object, "spec", "controlPlaneLoadBalancer", "loadBalancerType")
	s.Expect(kind).To(Equal("disabled"))
	region, _, _ := unstructured.NestedString(aws.Object, "spec", "region")
	s.Expect(region).To(Equal(s.shoot.Spec.Region))
	network, _, _ := unstructured.NestedMap(aws.Object, "spec", "network")
	s.contains(network, variable(s, s.output.Cluster.Spec.Topology.Variables, "awsNetwork"))
}

// hasTheMachinesOfTheShoot compares the AWSMachineTemplates with what the translation said of each zone of each pool.
func (s *story) hasTheMachinesOfTheShoot() {
	s.Helper()
	for _, pool := range s.output.Cluster.Spec.Topology.Workers.MachineDeployments {
		want := variable(s, pool.Variables.Overrides, "awsMachine")
		var found []map[string]any
		for _, template := range s.list(s, "AWSMachineTemplate") {
			if template.GetLabels()[clusterv1.ClusterTopologyMachineDeploymentNameLabel] == pool.Name {
				spec, _, _ := unstructured.NestedMap(template.Object, "spec", "template", "spec")
				found = append(found, spec)
			}
		}
		s.Expect(found).To(HaveLen(1), "templates of %s", pool.Name)
		s.contains(found[0], want)
	}
}

// contains checks that what is has at least what is wanted.
func (s *story) contains(is, want any) {
	s.Helper()
	switch want := want.(type) {
	case map[string]any:
		fields, _ := is.(map[string]any)
		for name, inner := range want {
			s.Expect(fields).To(HaveKey(name))
			s.contains(fields[name], inner)
		}
	case []any:
		items, _ := is.([]any)
		s.Expect(items).To(HaveLen(len(want)))
		for i := range want {
			s.contains(items[i], want[i])
		}
	default:
		s.Expect(is).To(BeEquivalentTo(want))
	}
}

// isRefusedByAWS waits for what Cluster API Provider AWS tells about its first call, which it signed with the credentials of the
// Shoot and of no other.
func (s *story) isRefusedByAWS() {
	s.Helper()
	s.Eventually(func(g Gomega) {
		aws := s.awsCluster(g)
		vpc := condition(g, aws, "VpcReady")
		g.Expect(vpc).To(HaveKeyWithValue("status", "False"))
		g.Expect(vpc).To(HaveKeyWithValue("reason", "VpcReconciliationFailed"))
		g.Expect(vpc["message"]).To(ContainSubstring(refusal))
		calls := world.endpoint.by(s.accessKeyID)
		g.Expect(calls).NotTo(BeEmpty())
		g.Expect(calls[0].action).To(Equal("DescribeVpcs"))
	}).Should(Succeed())
}

// TestMachinesWaitForTheNetwork plays the control plane, so that Machines are made, with AWSMachines that the webhooks accept.
func TestMachinesWaitForTheNetwork(t *testing.T) {
	s := tell(t, "zones")
	s.isReconciled()
	s.controlPlaneIsThere()
	s.Eventually(func(g Gomega) {
		machines := s.list(g, "AWSMachine")
		// Of two pools one has a minimum of 1.
		g.Expect(machines).NotTo(BeEmpty())
		for i := range machines {
			g.Expect(condition(g, &machines[i], "InstanceReady")).To(HaveKeyWithValue("reason", "WaitingForClusterInfrastructure"))
		}
	}).Should(Succeed())
}

// controlPlaneIsThere writes the status that our control-plane provider would write.
func (s *story) controlPlaneIsThere() {
	s.Helper()
	s.Eventually(func(g Gomega) {
		cluster := &clusterv1.Cluster{}
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(s.output.Cluster), cluster)).To(Succeed())
		plane := &unstructured.Unstructured{}
		plane.SetAPIVersion("controlplane.cluster.x-k8s.io/v1alpha1")
		plane.SetKind(cluster.Spec.ControlPlaneRef.Kind)
		key := client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Spec.ControlPlaneRef.Name}
		g.Expect(s.Get(s.Context(), key, plane)).To(Succeed())
		plane.Object["status"] = map[string]any{
			"version": "v" + s.shoot.Spec.Kubernetes.Version, "externalManagedControlPlane": true,
			"replicas": int64(1), "readyReplicas": int64(1), "availableReplicas": int64(1), "upToDateReplicas": int64(1),
			"initialization": map[string]any{"controlPlaneInitialized": true},
		}
		g.Expect(s.Status().Update(s.Context(), plane)).To(Succeed())
	}).Should(Succeed())
}

// TestTheEndpointIsWrittenOnce does what our control-plane provider does when it has an address.
func TestTheEndpointIsWrittenOnce(t *testing.T) {
	s := tell(t, "usage")
	s.isReconciled()
	write := func(host string) error {
		aws := s.awsCluster(s)
		before := aws.DeepCopy()
		s.Expect(unstructured.SetNestedMap(aws.Object, map[string]any{"host": host, "port": int64(443)}, "spec", "controlPlaneEndpoint")).To(Succeed())
		return s.Patch(s.Context(), aws, client.MergeFrom(before))
	}
	s.Expect(write("api.example.com")).To(Succeed())
	s.Expect(write("other.example.com")).To(MatchError(ContainSubstring("spec.controlPlaneEndpoint")))
}

// TestAnIdentityIsForOneNamespace has an AWSCluster of another namespace name the identity of a Shoot.
func TestAnIdentityIsForOneNamespace(t *testing.T) {
	s := tell(t, "usage")
	s.isReconciled()
	s.isRefusedByAWS()
	secret := s.secretOf()
	s.Eventually(func(g Gomega) {
		// So that both go when the identity goes.
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(secret), secret)).To(Succeed())
		g.Expect(secret.OwnerReferences).To(ContainElement(And(HaveField("Kind", "AWSClusterStaticIdentity"), HaveField("Name", secret.Name))))
	}).Should(Succeed())

	const thief = "thief"
	aws := s.awsCluster(s).DeepCopy()
	other := &unstructured.Unstructured{Object: map[string]any{"spec": aws.Object["spec"]}}
	other.SetGroupVersionKind(aws.GroupVersionKind())
	other.SetNamespace("default")
	other.SetName(thief)
	cluster := &clusterv1.Cluster{}
	cluster.Namespace, cluster.Name = "default", thief
	cluster.Spec.InfrastructureRef = clusterv1.ContractVersionedObjectReference{APIGroup: "infrastructure.cluster.x-k8s.io", Kind: "AWSCluster", Name: thief}
	cluster.Spec.ControlPlaneEndpoint = clusterv1.APIEndpoint{Host: "thief.example.com", Port: 443}
	s.create(cluster, other)
	// Cluster API Provider AWS does not get as far as to write a condition.
	s.Eventually(world.aws.Log).Should(ContainSubstring("Namespace is not permitted to use AWSClusterStaticIdentity: " + secret.Name))
	for _, seen := range world.endpoint.by(s.accessKeyID) {
		s.Expect(seen.body).NotTo(ContainSubstring(thief))
	}
}
