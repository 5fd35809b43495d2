// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

func TestAMachineIsCompleteWhenItsNodeCanRunPods(t *testing.T) {
	began := time.Now()
	machine := clusterv1.Machine{ObjectMeta: metav1.ObjectMeta{Name: "m"}}
	node := corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "m"}, Spec: corev1.NodeSpec{Taints: []corev1.Taint{{Key: "uninitialized"}}}}
	machines := Machines{Began: began}
	look := func(second int, nodes ...corev1.Node) {
		machines.Look([]clusterv1.Machine{machine}, nodes, began.Add(time.Duration(second)*time.Second))
	}

	look(1)
	machine.Status.Initialization = clusterv1.MachineInitializationStatus{BootstrapDataSecretCreated: new(true), InfrastructureProvisioned: new(true)}
	look(2)
	node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionFalse}}
	look(3, node)
	node.Status.Conditions[0].Status = corev1.ConditionTrue
	look(4, node)
	machine.Status.Conditions = []metav1.Condition{{Type: clusterv1.AvailableCondition, Status: metav1.ConditionTrue}}
	look(5, node)
	if machines.Complete(1) {
		t.Error("a node that takes no pods is not complete")
	}
	node.Spec.Taints = nil
	look(6, node)
	if !machines.Complete(1) || machines.Complete(2) {
		t.Error("one machine is complete")
	}

	want := Reached{
		MachineCreated: 1, MachineBootstrapData: 2, MachineProvisioned: 2, MachineNode: 3, MachineNodeReady: 4,
		MachineNodeTolerated: 6, MachineSaysAvailable: 5,
	}
	for milestone, at := range machines.Last() {
		if at != want[milestone] {
			t.Errorf("%s after %v s, want %v", milestone, at, want[milestone])
		}
		delete(want, milestone)
	}
	if len(want) > 0 {
		t.Errorf("not reached: %v", want)
	}
}
