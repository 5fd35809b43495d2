// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package infrastructure

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/test/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// empty is a template of a test provider that says nothing.
func (s *story) empty(apiVersion, kind string) *unstructured.Unstructured {
	template := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{}}}}}
	template.SetAPIVersion(apiVersion)
	template.SetKind(kind)
	template.SetNamespace(s.namespace)
	template.SetName("class")
	return template
}

func TestATopologyMakesLocalMachines(t *testing.T) {
	s := tell(t)
	controlPlane := s.empty(builder.ControlPlaneGroupVersion.String(), builder.GenericControlPlaneTemplateKind)
	bootstrap := s.empty(builder.BootstrapGroupVersion.String(), builder.GenericBootstrapConfigTemplateKind)
	ref := func(apiVersion, kind string) clusterv1.ClusterClassTemplateReference {
		return clusterv1.ClusterClassTemplateReference{APIVersion: apiVersion, Kind: kind, Name: "class"}
	}
	machines := &infrav1.KubeceptionMachineTemplate{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "class"}}
	machines.Spec.Template.Spec.Architecture = infrav1.ArchitectureAMD64
	place := &infrav1.KubeceptionClusterTemplate{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "class"}}
	place.Spec.Template.Spec.FailureDomains = []infrav1.VirtualFailureDomain{{Name: "left"}}
	s.create(controlPlane, bootstrap, machines, place, &clusterv1.ClusterClass{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "class"},
		Spec: clusterv1.ClusterClassSpec{
			Infrastructure: clusterv1.InfrastructureClass{TemplateRef: ref(infrav1.GroupVersion.String(), "KubeceptionClusterTemplate")},
			ControlPlane:   clusterv1.ControlPlaneClass{TemplateRef: ref(controlPlane.GetAPIVersion(), controlPlane.GetKind())},
			Workers: clusterv1.WorkersClass{MachineDeployments: []clusterv1.MachineDeploymentClass{{
				Class:          "local",
				Bootstrap:      clusterv1.MachineDeploymentClassBootstrapTemplate{TemplateRef: ref(bootstrap.GetAPIVersion(), bootstrap.GetKind())},
				Infrastructure: clusterv1.MachineDeploymentClassInfrastructureTemplate{TemplateRef: ref(infrav1.GroupVersion.String(), "KubeceptionMachineTemplate")},
			}}},
		},
	})
	s.Eventually(func(g Gomega) {
		class := &clusterv1.ClusterClass{}
		g.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: "class"}, class)).To(Succeed())
		g.Expect(class.Status.ObservedGeneration).To(Equal(class.Generation))
	}).Should(Succeed())
	cluster := &clusterv1.Cluster{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: name},
		Spec: clusterv1.ClusterSpec{
			ControlPlaneEndpoint: clusterv1.APIEndpoint{Host: "127.0.0.1", Port: 1},
			Topology: clusterv1.Topology{
				ClassRef: clusterv1.ClusterClassRef{Name: "class"}, Version: version,
				Workers: clusterv1.WorkersTopology{MachineDeployments: []clusterv1.MachineDeploymentTopology{{
					Class: "local", Name: "pool", Replicas: ptr.To(int32(1)), FailureDomain: "left",
				}}},
			},
		},
	}
	s.create(cluster)
	s.supplyKubeconfig()
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(cluster), cluster)).To(Succeed())
		g.Expect(cluster.Spec.ControlPlaneRef.Name).NotTo(BeEmpty())
	}).Should(Succeed())
	s.initialize(cluster.Spec.ControlPlaneRef.Name)
	m := s.machine()
	s.bootstrap(m.Name)
	s.ready(m)
	s.Expect(m.Spec.Architecture).To(Equal(infrav1.ArchitectureAMD64))
	s.Expect(m.Status.FailureDomain).To(Equal("left"))
	s.says(cluster, clusterv1.ClusterTopologyReconciledCondition, metav1.ConditionTrue, clusterv1.ClusterTopologyReconcileSucceededReason)
}

// bootstrap plays the bootstrap provider of a Machine.
func (s *story) bootstrap(machine string) {
	s.Helper()
	s.create(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "data"}, Data: map[string][]byte{"value": []byte("#cloud-config\n{}\n")}})
	s.Eventually(func(g Gomega) {
		owner := &clusterv1.Machine{}
		g.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: machine}, owner)).To(Succeed())
		config := &unstructured.Unstructured{}
		config.SetAPIVersion(builder.BootstrapGroupVersion.String())
		config.SetKind(builder.GenericBootstrapConfigKind)
		g.Expect(s.Get(s.Context(), client.ObjectKey{Namespace: s.namespace, Name: owner.Spec.Bootstrap.ConfigRef.Name}, config)).To(Succeed())
		config.Object["status"] = map[string]any{"dataSecretName": "data", "initialization": map[string]any{"dataSecretCreated": true}}
		g.Expect(s.Status().Update(s.Context(), config)).To(Succeed())
	}).Should(Succeed())
}
