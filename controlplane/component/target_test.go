// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"testing"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// addon has target objects alone; they tell for which version they were rendered.
func addon(needs ...string) example {
	return example{name: "addon", needs: needs, render: func(in *Input) (Objects, error) {
		daemonSet := &appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "addon"}}
		daemonSet.Spec.Template.Spec.Containers = []corev1.Container{{Name: "main", Image: "image:" + in.Version}}
		custom := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "example.com/v1", "kind": "Thing", "metadata": map[string]any{"name": "thing"},
		}}
		return Objects{Target: []client.Object{daemonSet, custom}}, nil
	}}
}

func image(report Report) string {
	found, _ := report.Component("addon")
	return found.Target[0].(*appsv1.DaemonSet).Spec.Template.Spec.Containers[0].Image
}

func TestTargetObjectsAreForTheOldestAPIServerThatRuns(t *testing.T) {
	s := newSeed(t)
	components := []Component{example{name: wiring.KubeAPIServer}, addon(wiring.KubeAPIServer)}
	report := s.reconcile(exampleInput(), components...)
	s.Expect(image(report)).To(Equal("image:v1.36.0"), "there is none yet")
	s.runs(wiring.KubeAPIServer)
	s.Expect(s.Create(ctx, &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team--c", Name: "old", Labels: map[string]string{
			wiring.LabelManagedBy: wiring.ManagedBy, wiring.LabelComponent: wiring.KubeAPIServer,
		}},
		Spec: appsv1.ReplicaSetSpec{Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{
			Annotations: map[string]string{wiring.AnnotationVersion: "v1.36.0"},
		}}},
		Status: appsv1.ReplicaSetStatus{Replicas: 1},
	})).To(Succeed())

	in := exampleInput()
	in.Version = "v1.37.0"
	s.rolls(wiring.KubeAPIServer)
	report = s.reconcile(in, components...)
	s.expect(report, "addon", isHealthy, "", "")
	s.Expect(image(report)).To(Equal("image:v1.36.0"))
	s.runs(wiring.KubeAPIServer)
	s.Expect(image(s.reconcile(in, components...))).To(Equal("image:v1.37.0"))
}

func TestWhetherTargetObjectsAreKnown(t *testing.T) {
	s := newSeed(t)
	waits := example{name: "waits", needs: []string{"a"}}
	fails := example{name: "fails", render: func(*Input) (Objects, error) { panic("oh") }}
	report := s.reconcile(exampleInput(), example{name: "a"}, waits, fails, addon("a"))
	known := map[string]bool{}
	for _, c := range report.Components {
		known[c.Name] = c.Rendered
	}
	s.Expect(known).To(Equal(map[string]bool{"a": true, "waits": false, "fails": false, "addon": true}))
}

func TestUsersOverrideTargetObjects(t *testing.T) {
	g := NewWithT(t)
	rendered, err := Prepare(exampleInput(controlplanev1.ComponentOverride{
		Name:       "addon",
		Containers: []controlplanev1.ContainerResources{{Name: "main", Resources: resources("3")}},
		Patches: []controlplanev1.Patch{
			{Target: controlplanev1.PatchTarget{Kind: "DaemonSet"}, Patch: "spec: {template: {spec: {hostNetwork: true}}}"},
			{Target: controlplanev1.PatchTarget{Kind: "Thing"}, Patch: "spec: {size: 3}"},
		},
	}), addon())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(rendered.Runtime).To(BeEmpty())
	pod := rendered.Target[0].(*appsv1.DaemonSet).Spec.Template.Spec
	g.Expect(pod.Containers[0].Resources).To(Equal(resources("3")))
	g.Expect(pod.HostNetwork).To(BeTrue())
	g.Expect(rendered.Target[1].(*unstructured.Unstructured).Object["spec"]).To(HaveKeyWithValue("size", BeNumerically("==", 3)))

	_, err = Prepare(exampleInput(controlplanev1.ComponentOverride{
		Name: "addon", Containers: []controlplanev1.ContainerResources{{Name: "mian"}},
	}), addon())
	g.Expect(err).To(MatchError(ContainSubstring("the containers are: main")))
}
