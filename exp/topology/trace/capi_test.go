// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package trace

import (
	"path/filepath"
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilfeature "k8s.io/component-base/featuregate/testing"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/core/webhooks/admission"
	"sigs.k8s.io/cluster-api/feature"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// TestClusterAPIAcceptsWhatComesOut asks Cluster API's own admission about the classes, Clusters and pools of all cases.
func TestClusterAPIAcceptsWhatComesOut(t *testing.T) {
	utilfeature.SetFeatureGateDuringTest(t, feature.Gates, feature.ClusterTopology, true)
	inputs, err := filepath.Glob("testdata/*/input.yaml")
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for _, input := range inputs {
		t.Run(filepath.Base(filepath.Dir(input)), func(t *testing.T) {
			stages, err := Stages(readManifests(t, input), today)
			if err != nil {
				t.Fatal(err)
			}
			if len(stages[len(stages)-1].Problems) == 0 {
				expectAdmitted(t, stages)
				accepted++
			}
		})
	}
	NewWithT(t).Expect(accepted).To(BeNumerically(">", 5))
}

func expectAdmitted(t *testing.T, stages []Stage) {
	t.Helper()
	g := NewWithT(t)
	class := only[*clusterv1.ClusterClass](stages)[0]
	scheme := runtime.NewScheme()
	g.Expect(clusterv1.AddToScheme(scheme)).To(Succeed())
	_, err := (&admission.ClusterClass{Client: fake.NewClientBuilder().WithScheme(scheme).Build()}).ValidateCreate(t.Context(), class)
	g.Expect(err).NotTo(HaveOccurred())

	admit := &admission.Cluster{Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(reconciled(class)).Build()}
	cluster := only[*clusterv1.Cluster](stages)[0].DeepCopy()
	g.Expect(admit.Default(t.Context(), cluster)).To(Succeed())
	warnings, err := admit.ValidateCreate(t.Context(), cluster)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(warnings).To(BeEmpty())

	for _, pool := range only[*clusterv1.MachineDeployment](stages) {
		_, err := (&admission.MachineDeployment{}).ValidateCreate(t.Context(), pool)
		g.Expect(err).NotTo(HaveOccurred())
	}
	for _, check := range only[*clusterv1.MachineHealthCheck](stages) {
		_, err := (&admission.MachineHealthCheck{}).ValidateCreate(t.Context(), check)
		g.Expect(err).NotTo(HaveOccurred())
	}
}

// reconciled is a class as Cluster API's controller leaves it.
func reconciled(class *clusterv1.ClusterClass) *clusterv1.ClusterClass {
	out := class.DeepCopy()
	out.Generation, out.Status.ObservedGeneration = 1, 1
	for _, variable := range out.Spec.Variables {
		out.Status.Variables = append(out.Status.Variables, clusterv1.ClusterClassStatusVariable{
			Name:        variable.Name,
			Definitions: []clusterv1.ClusterClassStatusVariableDefinition{{From: clusterv1.VariableDefinitionFromInline, Required: variable.Required, Schema: variable.Schema}},
		})
	}
	out.Status.Conditions = []metav1.Condition{{
		Type: clusterv1.ClusterClassVariablesReadyCondition, Status: metav1.ConditionTrue, Reason: "Ready", LastTransitionTime: metav1.Now(),
	}}
	return out
}

// only are the objects of a type.
func only[T client.Object](stages []Stage) []T {
	var out []T
	for _, stage := range stages {
		for _, object := range stage.Objects {
			if typed, isThat := object.(T); isThat {
				out = append(out, typed)
			}
		}
	}
	return out
}
