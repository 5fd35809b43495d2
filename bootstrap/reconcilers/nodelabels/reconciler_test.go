// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodelabels

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

func TestLabelsFollowTheMachineAndOthersStay(t *testing.T) {
	g := NewWithT(t)
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n", Labels: map[string]string{"kubernetes.io/os": "linux"}}}
	workload := fake.NewClientBuilder().WithObjects(node).Build()
	steps := []struct{ wanted, labels map[string]string }{
		{map[string]string{"a": "1", "b": "2"}, map[string]string{"kubernetes.io/os": "linux", "a": "1", "b": "2"}},
		{map[string]string{"b": "3"}, map[string]string{"kubernetes.io/os": "linux", "b": "3"}},
		{map[string]string{}, map[string]string{"kubernetes.io/os": "linux"}},
	}
	for _, step := range steps {
		g.Expect(label(t.Context(), workload, "n", step.wanted)).To(Succeed())
		g.Expect(workload.Get(t.Context(), client.ObjectKeyFromObject(node), node)).To(Succeed())
		g.Expect(node.Labels).To(Equal(step.labels))
		version := node.ResourceVersion
		g.Expect(label(t.Context(), workload, "n", step.wanted)).To(Succeed())
		g.Expect(workload.Get(t.Context(), client.ObjectKeyFromObject(node), node)).To(Succeed())
		g.Expect(node.ResourceVersion).To(Equal(version), "the same again writes nothing")
	}
	g.Expect(label(t.Context(), workload, "gone", map[string]string{"a": "1"})).To(Succeed())
}
