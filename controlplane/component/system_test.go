// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"testing"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// targets is a component that renders these objects into the workload cluster.
func targets(objects ...client.Object) example {
	return example{name: "x", render: func(*Input) (Objects, error) { return Objects{Target: objects}, nil }}
}

func systemPods(hostNetwork bool) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{Spec: corev1.PodSpec{HostNetwork: hostNetwork, Containers: []corev1.Container{{Name: "main"}}}}
}

func preparedTarget(t *testing.T, in *Input, objects ...client.Object) []client.Object {
	t.Helper()
	rendered, err := Prepare(in, targets(objects...))
	if err != nil {
		t.Fatal(err)
	}
	return rendered.Target
}

func TestDeploymentsInTheWorkloadClusterAreRestricted(t *testing.T) {
	g := NewWithT(t)
	d := preparedTarget(t, exampleInput(), &appsv1.Deployment{
		ObjectMeta: SystemMeta("d"), Spec: appsv1.DeploymentSpec{Replicas: ptr.To[int32](2), Template: systemPods(false)},
	})[0].(*appsv1.Deployment)
	pod := d.Spec.Template.Spec
	g.Expect(d.Spec.Selector.MatchLabels).To(Equal(map[string]string{wiring.LabelSystemApp: "d"}))
	g.Expect(d.Spec.Template.Labels).To(HaveKeyWithValue(wiring.LabelSystemApp, "d"))
	g.Expect(pod.PriorityClassName).To(Equal("system-cluster-critical"))
	g.Expect(pod.SecurityContext.RunAsNonRoot).To(HaveValue(BeTrue()))
	g.Expect(pod.SecurityContext.SeccompProfile.Type).To(Equal(corev1.SeccompProfileTypeRuntimeDefault))
	g.Expect(pod.Containers[0].SecurityContext.Capabilities.Drop).To(ConsistOf(corev1.Capability("ALL")))
	g.Expect(pod.AutomountServiceAccountToken).To(BeNil(), "it uses the API of its cluster")
	g.Expect(pod.TopologySpreadConstraints).To(HaveLen(2))
	g.Expect(pod.NodeSelector).To(Equal(map[string]string{"kubernetes.io/os": "linux"}))
}

func TestDaemonSetsRunOnEveryNode(t *testing.T) {
	g := NewWithT(t)
	privileged := systemPods(true)
	privileged.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{Privileged: ptr.To(true)}
	d := preparedTarget(t, exampleInput(), &appsv1.DaemonSet{
		ObjectMeta: SystemMeta("d"), Spec: appsv1.DaemonSetSpec{Template: privileged},
	})[0].(*appsv1.DaemonSet)
	pod := d.Spec.Template.Spec
	g.Expect(pod.Tolerations).To(ConsistOf(corev1.Toleration{Operator: corev1.TolerationOpExists}))
	g.Expect(pod.PriorityClassName).To(Equal("system-node-critical"))
	g.Expect(pod.SecurityContext.RunAsNonRoot).To(BeNil(), "it changes the network of the node")
	g.Expect(pod.Containers[0].SecurityContext.AllowPrivilegeEscalation).To(BeNil(), "a privileged container has all of it")
	g.Expect(d.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable.String()).To(Equal("10%"))
}

func TestLeavingMachinesAreNotHeldUp(t *testing.T) {
	for leaving, want := range map[bool]string{false: "1", true: "100%"} {
		in := exampleInput()
		in.Workers.Leaving = leaving
		budget := preparedTarget(t, in, SystemDisruptionBudget("d", SystemPodSelector("d")))[0].(*policyv1.PodDisruptionBudget)
		NewWithT(t).Expect(budget.Spec.MaxUnavailable.String()).To(Equal(want))
	}
}

func TestUsersOverrideWhatRunsInTheWorkloadCluster(t *testing.T) {
	in := exampleInput(controlplanev1.ComponentOverride{
		Name:       "x",
		Containers: []controlplanev1.ContainerResources{{Name: "main", Resources: resources("3")}},
		Patches: []controlplanev1.Patch{{
			Target: controlplanev1.PatchTarget{Kind: "DaemonSet"}, Patch: `{"spec": {"minReadySeconds": 7}}`,
		}, {
			Target: controlplanev1.PatchTarget{Kind: "IPPool"}, Patch: `{"spec": {"disabled": true}}`,
		}},
	})
	pool := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "crd.projectcalico.org/v1", "kind": "IPPool", "metadata": map[string]any{"name": "p"},
	}}
	objects := preparedTarget(t, in, &appsv1.DaemonSet{
		ObjectMeta: SystemMeta("d"), Spec: appsv1.DaemonSetSpec{Template: systemPods(true)},
	}, pool)
	g := NewWithT(t)
	d := objects[0].(*appsv1.DaemonSet)
	g.Expect(d.Spec.Template.Spec.Containers[0].Resources).To(Equal(resources("3")))
	g.Expect(d.Spec.MinReadySeconds).To(Equal(int32(7)))
	g.Expect(objects[1].(*unstructured.Unstructured).Object["spec"]).To(Equal(map[string]any{"disabled": true}))
}

func TestManifestsOfUsersStayAsTheyAre(t *testing.T) {
	manifest := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"namespace": "a", "name": "d"},
		"spec": map[string]any{"futureField": int64(1)},
	}}
	want := manifest.DeepCopy()
	NewWithT(t).Expect(preparedTarget(t, exampleInput(), manifest)).To(ConsistOf(want))
}

func TestACertificateForTheWorkloadClusterIsDeliveredToIt(t *testing.T) {
	s := newSeed(t)
	c := example{name: "x", render: func(*Input) (Objects, error) {
		return Objects{TargetCertificates: []pki.Leaf{{
			SecretName: "x-server", Authority: pki.ClusterCA, CommonName: "x", DNSNames: []string{"x.kube-system.svc"}, ServerAuth: true,
		}}}, nil
	}}
	first, _ := s.reconcile(exampleInput(), c).Component("x")
	s.Expect(first.Target).To(HaveLen(1))
	delivered := first.Target[0].(*corev1.Secret)
	s.Expect(client.ObjectKeyFromObject(delivered)).To(Equal(client.ObjectKey{Namespace: "kube-system", Name: "x-server"}))
	issued := &corev1.Secret{}
	s.Expect(s.Get(ctx, client.ObjectKey{Namespace: "team--c", Name: "x-server"}, issued)).To(Succeed())
	s.Expect(delivered.Data).To(Equal(issued.Data))
	s.Expect(delivered.Type).To(Equal(corev1.SecretTypeTLS))

	second, _ := s.reconcile(exampleInput(), c).Component("x")
	s.Expect(second.Target).To(Equal(first.Target), "it is renewed when its time has come, not before")
}
