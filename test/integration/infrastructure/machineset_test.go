// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package infrastructure

import (
	"fmt"
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// There is no Cluster, so that Cluster API's own controllers keep their hands off machines that are too many.
func TestAMachineSetThatMakesTooManyMachinesIsFrozen(t *testing.T) {
	s := tell(t)
	template := clusterv1.MachineTemplateSpec{
		ObjectMeta: clusterv1.ObjectMeta{Labels: map[string]string{"set": name}},
		Spec: clusterv1.MachineSpec{
			ClusterName: name, Bootstrap: clusterv1.Bootstrap{DataSecretName: ptr.To("bootstrap")},
			InfrastructureRef: clusterv1.ContractVersionedObjectReference{
				APIGroup: infrav1.GroupVersion.Group, Kind: "KubeceptionMachineTemplate", Name: name,
			},
		},
	}
	set := &clusterv1.MachineSet{ObjectMeta: s.meta(name), Spec: clusterv1.MachineSetSpec{
		ClusterName: name, Replicas: ptr.To(int32(1)), Template: template, Selector: metav1.LabelSelector{MatchLabels: map[string]string{"set": name}},
	}}
	s.create(set)
	var machines []*clusterv1.Machine
	add := func(count int) {
		for range count {
			machine := &clusterv1.Machine{ObjectMeta: s.meta(fmt.Sprintf("m-%d", len(machines)))}
			machine.Spec = template.Spec
			machine.Spec.InfrastructureRef.Kind, machine.Spec.InfrastructureRef.Name = "KubeceptionMachine", machine.Name
			machine.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(set, clusterv1.GroupVersion.WithKind("MachineSet"))}
			s.create(machine)
			machines = append(machines, machine)
		}
	}
	annotations := func() map[string]string {
		s.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(set), set)).To(Succeed())
		return set.Annotations
	}
	add(3)
	s.Consistently(annotations).ShouldNot(HaveKey(infrav1.FrozenAnnotation), "three of one are not too many for a MachineSet of its own")
	add(1)
	s.Eventually(annotations).Should(And(HaveKey(clusterv1.PausedAnnotation), HaveKeyWithValue(infrav1.FrozenAnnotation,
		ContainSubstring("4 machines exist and fewer than 4 are expected"))))
	s.tells(set, infrav1.MachineSetsFrozenReason)

	s.Expect(s.Delete(s.Context(), machines[0])).To(Succeed())
	s.Eventually(annotations).ShouldNot(Or(HaveKey(clusterv1.PausedAnnotation), HaveKey(infrav1.FrozenAnnotation)))
	s.tells(set, "Unfrozen")
}

func TestAFrozenMachineSetIsTold(t *testing.T) {
	s := tell(t)
	s.settle()
	s.template()
	s.deploy(1)
	s.ready(s.machine())
	s.says(s.infraCluster(), infrav1.MachineSetsFrozenCondition, metav1.ConditionFalse, infrav1.MachineSetsNotFrozenReason)
	sets := &clusterv1.MachineSetList{}
	s.Expect(s.List(s.Context(), sets, client.InNamespace(s.namespace))).To(Succeed())
	s.Expect(sets.Items).To(HaveLen(1))
	frozen := sets.Items[0].DeepCopy()
	frozen.Annotations[infrav1.FrozenAnnotation] = "60 machines exist"
	frozen.Annotations[clusterv1.PausedAnnotation] = ""
	s.Expect(s.Patch(s.Context(), frozen, client.MergeFrom(&sets.Items[0]))).To(Succeed())
	// With one machine it is let go at once, and both is told.
	s.tells(frozen, "Unfrozen")
	s.Eventually(func(g Gomega) {
		g.Expect(s.Get(s.Context(), client.ObjectKeyFromObject(frozen), frozen)).To(Succeed())
		g.Expect(frozen.Annotations).NotTo(HaveKey(clusterv1.PausedAnnotation))
	}).Should(Succeed())
	s.says(s.infraCluster(), infrav1.MachineSetsFrozenCondition, metav1.ConditionFalse, infrav1.MachineSetsNotFrozenReason)
}
