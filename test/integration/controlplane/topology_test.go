// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/test/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// classified creates a ClusterClass around a template, and a Cluster of that class.
func (s *story) classified(template controlplanev1.KubeceptionControlPlaneTemplateSpec) {
	s.Helper()
	infrastructure := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{}}}}}
	infrastructure.SetGroupVersionKind(builder.InfrastructureGroupVersion.WithKind(builder.TestInfrastructureClusterTemplateKind))
	infrastructure.SetNamespace(s.namespace)
	infrastructure.SetName("class")
	s.create(
		infrastructure,
		&controlplanev1.KubeceptionControlPlaneTemplate{ObjectMeta: s.meta("class"), Spec: template},
		&clusterv1.ClusterClass{
			ObjectMeta: s.meta("class"),
			Spec: clusterv1.ClusterClassSpec{
				Infrastructure: clusterv1.InfrastructureClass{TemplateRef: clusterv1.ClusterClassTemplateReference{
					APIVersion: builder.InfrastructureGroupVersion.String(), Kind: builder.TestInfrastructureClusterTemplateKind, Name: "class",
				}},
				ControlPlane: clusterv1.ControlPlaneClass{TemplateRef: clusterv1.ClusterClassTemplateReference{
					APIVersion: controlplanev1.GroupVersion.String(), Kind: "KubeceptionControlPlaneTemplate", Name: "class",
				}},
			},
		},
	)
	s.clusterClassIsRead()
	s.create(&clusterv1.Cluster{
		ObjectMeta: s.meta(name),
		Spec: clusterv1.ClusterSpec{Topology: clusterv1.Topology{
			ClassRef: clusterv1.ClusterClassRef{Name: "class"}, Version: version,
		}},
	})
}

func (s *story) clusterClassIsRead() {
	s.Helper()
	s.Eventually(func(g Gomega) {
		class := &clusterv1.ClusterClass{}
		g.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: "class"}, class)).To(Succeed())
		g.Expect(class.Status.ObservedGeneration).To(Equal(class.Generation))
	}).Should(Succeed())
}

// made is the control plane that the topology made.
func (s *story) made() *controlplanev1.KubeceptionControlPlane {
	s.Helper()
	list := &controlplanev1.KubeceptionControlPlaneList{}
	s.Eventually(func() []controlplanev1.KubeceptionControlPlane {
		s.Expect(s.List(s.Context(), list, client.InNamespace(s.namespace))).To(Succeed())
		return list.Items
	}).Should(HaveLen(1))
	return &list.Items[0]
}

func (s *story) provisionInfrastructure() {
	s.Helper()
	s.Eventually(func(g Gomega) {
		ref := s.cluster().Spec.InfrastructureRef
		g.Expect(ref.Name).NotTo(BeEmpty())
		object := s.infrastructure()
		object.SetName(ref.Name)
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(object), object)).To(Succeed())
		g.Expect(unstructured.SetNestedField(object.Object, true, "status", "initialization", "provisioned")).To(Succeed())
		g.Expect(s.Client.Status().Update(s.Context(), object)).To(Succeed())
	}).Should(Succeed())
}

func TestATopologyCreatesScalesAndUpgradesAControlPlane(t *testing.T) {
	full := controlplanev1.KubeceptionControlPlaneTemplateSpec{}
	full.Template.Spec.Exposure.Annotations = map[string]string{"example.com/pool": "public"}
	for title, template := range map[string]controlplanev1.KubeceptionControlPlaneTemplateSpec{
		"from a template":        full,
		"from an empty template": {},
	} {
		t.Run(title, func(t *testing.T) {
			s := tell(t)
			s.classified(template)
			s.provisionInfrastructure()
			s.clusterSays(clusterv1.ClusterTopologyReconciledCondition, metav1.ConditionTrue, clusterv1.ClusterTopologyReconcileSucceededReason)
			s.clusterSays(clusterv1.ClusterControlPlaneAvailableCondition, metav1.ConditionTrue, clusterv1.AvailableReason)
			s.Expect(s.made().Spec.Version).To(Equal(version))
			s.Expect(s.made().Spec.Replicas).To(BeNil())
			s.Expect(s.made().Spec.Exposure.Annotations).To(Equal(template.Template.Spec.Exposure.Annotations))

			s.changeCluster(func(c *clusterv1.Cluster) { c.Spec.Topology.ControlPlane.Replicas = ptr.To(int32(2)) })
			s.Eventually(func() *int32 { return s.made().Status.ReadyReplicas }).Should(HaveValue(BeEquivalentTo(2)))

			s.changeCluster(func(c *clusterv1.Cluster) { c.Spec.Topology.Version = "v1.36.1" })
			s.Eventually(func() []clusterv1.StatusVersion { return s.made().Status.Versions }).
				Should(Equal([]clusterv1.StatusVersion{{Version: "v1.36.1", Replicas: 2}}))
			s.clusterSays(clusterv1.ClusterTopologyReconciledCondition, metav1.ConditionTrue, clusterv1.ClusterTopologyReconcileSucceededReason)
			s.clusterSays(clusterv1.ClusterControlPlaneAvailableCondition, metav1.ConditionTrue, clusterv1.AvailableReason)
			s.dryRun()
		})
	}
}

// dryRun applies to the control plane as the topology controller does to find differences: nothing is stored, and the
// endpoint that the controller owns is no difference.
func (s *story) dryRun() {
	s.Helper()
	before := s.made()
	intent := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"version": before.Spec.Version, "replicas": int64(5)}}}
	intent.SetGroupVersionKind(controlplanev1.GroupVersion.WithKind("KubeceptionControlPlane"))
	intent.SetNamespace(before.Namespace)
	intent.SetName(before.Name)
	s.Expect(s.Apply(s.Context(), client.ApplyConfigurationFromUnstructured(intent), client.DryRunAll, client.FieldOwner("capi-topology"), client.ForceOwnership)).To(Succeed())
	replicas, _, _ := unstructured.NestedInt64(intent.Object, "spec", "replicas")
	s.Expect(replicas).To(BeEquivalentTo(5))
	host, _, _ := unstructured.NestedString(intent.Object, "spec", "controlPlaneEndpoint", "host")
	s.Expect(host).To(Equal(before.Spec.ControlPlaneEndpoint.Host))
	s.Expect(s.made().Spec.Replicas).To(HaveValue(BeEquivalentTo(2)))
}
