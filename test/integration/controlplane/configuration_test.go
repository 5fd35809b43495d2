// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"testing"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Metadata
`

// deployments are the generations of what runs, which tell whether anything was changed.
func (s *story) deployments() map[string]int64 {
	s.Helper()
	list := &appsv1.DeploymentList{}
	s.Expect(s.List(s.Context(), list, client.InNamespace(s.seedNamespace()))).To(Succeed())
	found := map[string]int64{}
	for _, deployment := range list.Items {
		found[deployment.Name] = deployment.Generation
	}
	return found
}

// runsOn checks that the running control plane stays as it is.
func (s *story) runsOn(before map[string]int64) {
	s.Helper()
	s.Consistently(s.deployments).Should(Equal(before), "what runs is left alone")
}

func TestAMissingConfigMapIsNamedAndItsCreationIsNoticed(t *testing.T) {
	s := tell(t)
	s.host(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.APIServer.Audit.PolicyRef.Name = "audit" })
	s.says(controlplanev1.ConfigurationValidCondition, metav1.ConditionFalse, controlplanev1.ReferenceMissingReason,
		"spec.apiServer.audit.policyRef", `ConfigMap "audit" does not exist`, "create it or correct the name")
	s.says(controlplanev1.AvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason, "spec.apiServer.audit.policyRef")

	policy := &corev1.ConfigMap{ObjectMeta: s.meta("audit"), Data: map[string]string{"typo": auditPolicy}}
	s.create(policy)
	s.says(controlplanev1.ConfigurationValidCondition, metav1.ConditionFalse, controlplanev1.ReferenceMissingReason, `lacks the key "policy"; add it`)
	policy.Data = map[string]string{"policy": auditPolicy}
	s.Expect(s.Update(s.Context(), policy)).To(Succeed())
	s.says(controlplanev1.ConfigurationValidCondition, metav1.ConditionTrue, controlplanev1.ConfigurationValidReason)
	s.comesUp()
}

func TestAMissingSecretIsNamedAndItsCreationIsNoticedWithoutAnyLabel(t *testing.T) {
	s := tell(t)
	s.host(func(c *controlplanev1.KubeceptionControlPlane) {
		external := controlplanev1.ExternalEtcdSpec{
			Endpoints: []string{"https://etcd.example.com:2379"}, SecretRef: controlplanev1.LocalObjectReference{Name: "etcd"},
		}
		c.Spec.Etcd.Main.External, c.Spec.Etcd.Events.External = external, external
	})
	s.says(controlplanev1.ConfigurationValidCondition, metav1.ConditionFalse, controlplanev1.ReferenceMissingReason,
		"spec.etcd.main.external.secretRef", `Secret "etcd" does not exist`, "create it or correct the name")
	s.create(&corev1.Secret{ObjectMeta: s.meta("etcd"), Data: map[string][]byte{
		wiring.CABundleKey: []byte("ca"), corev1.TLSCertKey: []byte("certificate"), corev1.TLSPrivateKeyKey: []byte("key"),
	}})
	s.says(controlplanev1.ConfigurationValidCondition, metav1.ConditionTrue, controlplanev1.ConfigurationValidReason)
}

func TestOverlappingNetworksOfTheClusterAreRefusedUntilTheyAreApart(t *testing.T) {
	s := tell(t)
	cluster := s.newCluster()
	cluster.Spec.ClusterNetwork = clusterv1.ClusterNetwork{
		Pods:     clusterv1.NetworkRanges{CIDRBlocks: []string{"10.0.0.0/8"}},
		Services: clusterv1.NetworkRanges{CIDRBlocks: []string{"10.96.0.0/12"}},
	}
	s.create(cluster, s.newControlPlane())
	s.says(controlplanev1.ConfigurationValidCondition, metav1.ConditionFalse, controlplanev1.ConfigurationInvalidReason,
		"the Cluster's spec.clusterNetwork", "services 10.96.0.0/12 and pods 10.0.0.0/8 overlap", "choose ranges that are apart")
	s.Expect(s.Get(s.Context(), client.ObjectKey{Name: s.seedNamespace()}, &corev1.Namespace{})).To(beNotFound())

	s.changeCluster(func(c *clusterv1.Cluster) { c.Spec.ClusterNetwork.Pods.CIDRBlocks = []string{"10.0.0.0/12"} })
	s.comesUp()
	s.Expect(s.controlPlane().Status.Effective.ServiceCIDRs).To(Equal([]string{"10.96.0.0/12"}))
}

func TestWithoutWebhooksAVersionThatCannotBeReachedChangesNothing(t *testing.T) {
	s := tell(t, webhooksOff)
	s.host(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Version = "v1.34.3" })
	s.comesUp()
	before := s.deployments()
	for version, message := range map[string]string{
		"v1.36.0": "spec.version: the version cannot skip minor versions from v1.34.3 to v1.36.0; go to a version v1.35.x first",
		"v1.33.0": "spec.version: the version cannot go back from v1.34.3 to v1.33.0",
		"v1.99.0": "spec.version: version v1.99.0 cannot be run; the supported minor versions are",
	} {
		s.change(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Version = version })
		s.says(controlplanev1.ConfigurationValidCondition, metav1.ConditionFalse, controlplanev1.ConfigurationInvalidReason, message)
		s.says(controlplanev1.AvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason, "spec.version")
	}
	s.runsOn(before)
	s.change(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Version = "v1.35.0" })
	s.comesUp()
}

func TestAPatchThatDoesNotApplyLeavesWhatRuns(t *testing.T) {
	s := tell(t)
	s.host()
	s.comesUp()
	before := s.deployments()
	s.change(func(c *controlplanev1.KubeceptionControlPlane) {
		c.Spec.Components = []controlplanev1.ComponentOverride{{
			Name: wiring.KubeScheduler,
			Patches: []controlplanev1.Patch{{
				Target: controlplanev1.PatchTarget{Kind: "Deployment", Name: wiring.KubeScheduler},
				Type:   controlplanev1.PatchJSON6902,
				Patch:  `[{"op": "replace", "path": "/spec/nothing/here", "value": "x"}]`,
			}},
		}}
	})
	s.says(controlplanev1.ComponentsAvailableCondition, metav1.ConditionFalse, controlplanev1.PatchFailedReason,
		"spec.components[kube-scheduler].patches[0]", "Deployment kube-scheduler")
	s.says(controlplanev1.AvailableCondition, metav1.ConditionFalse, clusterv1.NotAvailableReason, "spec.components[kube-scheduler].patches[0]")
	s.runsOn(before)
	s.change(func(c *controlplanev1.KubeceptionControlPlane) { c.Spec.Components = nil })
	s.comesUp()
}

func TestAFullQuotaIsReportedAndMoreOfItIsNoticed(t *testing.T) {
	s := tell(t)
	// The namespace exists already, as after clusterctl move, with the labels that make it ours.
	s.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.seedNamespace(), Labels: map[string]string{
		wiring.LabelClusterName: name, wiring.LabelClusterNamespace: s.namespace, wiring.LabelManagedBy: wiring.ManagedBy,
	}}})
	quota := &corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.seedNamespace(), Name: "small"},
		Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"count/deployments.apps": resource.MustParse("0")}},
	}
	s.create(quota)
	s.allow(quota, "0")
	s.host()
	s.says(controlplanev1.ComponentsAvailableCondition, metav1.ConditionFalse, controlplanev1.ComponentFailedReason,
		"apply Deployment kube-apiserver", "exceeded quota: small", "raise the quota of namespace "+s.seedNamespace())
	s.allow(quota, "10")
	s.comesUp()
}

// allow plays the controller that computes the use of a quota.
func (s *story) allow(quota *corev1.ResourceQuota, deployments string) {
	s.Helper()
	s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(quota), quota)).To(Succeed())
	quota.Spec.Hard["count/deployments.apps"] = resource.MustParse(deployments)
	s.Expect(s.Update(s.Context(), quota)).To(Succeed())
	quota.Status = corev1.ResourceQuotaStatus{
		Hard: quota.Spec.Hard, Used: corev1.ResourceList{"count/deployments.apps": resource.MustParse("0")},
	}
	s.Expect(s.Client.Status().Update(s.Context(), quota)).To(Succeed())
}

func TestANamespaceThatBelongsToSomethingElseIsNotTouched(t *testing.T) {
	s := tell(t)
	s.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.seedNamespace()}})
	s.host()
	s.says(controlplanev1.SeedReachableCondition, metav1.ConditionFalse, controlplanev1.SeedNamespaceNotOwnedReason,
		"namespace "+s.seedNamespace()+" of the seed was not made for a control plane", "set spec.seed.namespace of a new control plane to another name")
	s.Expect(s.deployments()).To(BeEmpty())

	s.Expect(s.Delete(s.Context(), s.cluster())).To(Succeed())
	s.goes()
	namespace := &corev1.Namespace{}
	s.Expect(s.Get(s.Context(), client.ObjectKey{Name: s.seedNamespace()}, namespace)).To(Succeed())
	s.Expect(namespace.DeletionTimestamp).To(BeNil(), "nor deleted with the control plane")
}
