// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machineset

import (
	"fmt"
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// pool is a MachineDeployment for one machine, with its MachineSets and as many machines of the first.
func pool(machines int, setNames ...string) []client.Object {
	meta := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: "team", Name: name, UID: types.UID(name), Labels: map[string]string{clusterv1.ClusterNameLabel: "c"}}
	}
	deployment := &clusterv1.MachineDeployment{ObjectMeta: meta("d"), Spec: clusterv1.MachineDeploymentSpec{Replicas: ptr.To(int32(1))}}
	objects := []client.Object{deployment}
	var first *clusterv1.MachineSet
	for _, name := range setNames {
		set := &clusterv1.MachineSet{ObjectMeta: meta(name), Spec: clusterv1.MachineSetSpec{ClusterName: "c", Replicas: ptr.To(int32(1))}}
		set.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(deployment, clusterv1.GroupVersion.WithKind("MachineDeployment"))}
		set.Spec.Template.Spec.InfrastructureRef = clusterv1.ContractVersionedObjectReference{APIGroup: infrav1.GroupVersion.Group, Kind: "KubeceptionMachineTemplate", Name: "t"}
		if first == nil {
			first = set
		}
		objects = append(objects, set)
	}
	for i := range machines {
		machine := &clusterv1.Machine{ObjectMeta: meta(fmt.Sprintf("m-%d", i))}
		machine.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(first, clusterv1.GroupVersion.WithKind("MachineSet"))}
		objects = append(objects, machine)
	}
	return objects
}

func annotate(object client.Object, names ...string) {
	annotations := map[string]string{}
	for _, name := range names {
		annotations[name] = ""
	}
	object.SetAnnotations(annotations)
}

func TestAMachineDeploymentIsFrozenWithItsMachineSets(t *testing.T) {
	const paused, frozen = clusterv1.PausedAnnotation, infrav1.FrozenAnnotation
	both := []string{paused, frozen}
	cases := map[string]struct {
		objects         []client.Object
		edit            func(objects []client.Object)
		set, deployment []string
		event           string
	}{
		"both are, when there are too many machines": {objects: pool(4, "s"), set: both, deployment: both, event: "OverShootingReplicaCount"},
		"neither is, when there are not":             {objects: pool(3, "s")},
		"a manager that died after the first finishes": {
			objects: pool(4, "s"), edit: func(o []client.Object) { annotate(o[1], both...) }, set: both, deployment: both,
		},
		"a MachineDeployment that somebody paused stays theirs": {
			objects: pool(4, "s"), edit: func(o []client.Object) { annotate(o[0], paused) }, set: both, deployment: []string{paused}, event: "OverShootingReplicaCount",
		},
		"a MachineSet that somebody paused is left alone": {
			objects: pool(4, "s"), edit: func(o []client.Object) { annotate(o[1], paused) }, set: []string{paused},
		},
		"both are let go together": {
			objects: pool(3, "s"), edit: func(o []client.Object) { annotate(o[0], both...); annotate(o[1], both...) }, event: "Unfrozen",
		},
		"a manager that died before the second was let go finishes": {
			objects: pool(3, "s"), edit: func(o []client.Object) { annotate(o[1], both...) }, event: "Unfrozen",
		},
		"a MachineDeployment that was frozen for nothing is let go": {
			objects: pool(3, "s"), edit: func(o []client.Object) { annotate(o[0], both...) },
		},
		"a MachineDeployment is kept for another MachineSet": {
			objects: pool(3, "s", "other"), edit: func(o []client.Object) { annotate(o[0], both...); annotate(o[1], both...); annotate(o[2], both...) },
			deployment: both, event: "Unfrozen",
		},
		"those of other infrastructure are left alone": {
			objects: pool(9, "s"), edit: func(o []client.Object) {
				o[1].(*clusterv1.MachineSet).Spec.Template.Spec.InfrastructureRef.Kind = "AWSMachineTemplate"
			},
		},
		"nothing is done while the Cluster is paused": {
			objects: append(pool(9, "s"), &clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "c"}, Spec: clusterv1.ClusterSpec{Paused: ptr.To(true)}}),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			if c.edit != nil {
				c.edit(c.objects)
			}
			scheme := runtime.NewScheme()
			g.Expect(clusterv1.AddToScheme(scheme)).To(Succeed())
			recorder := events.NewFakeRecorder(5)
			objects := fake.NewClientBuilder().WithScheme(scheme).WithObjects(c.objects...).Build()
			r := &Reconciler{Client: objects, APIReader: objects, Recorder: recorder}
			_, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKey{Namespace: "team", Name: "s"}})
			g.Expect(err).NotTo(HaveOccurred())
			for object, want := range map[client.Object][]string{&clusterv1.MachineSet{}: c.set, &clusterv1.MachineDeployment{}: c.deployment} {
				key := client.ObjectKey{Namespace: "team", Name: "s"}
				if _, isDeployment := object.(*clusterv1.MachineDeployment); isDeployment {
					key.Name = "d"
				}
				g.Expect(r.Client.Get(t.Context(), key, object)).To(Succeed())
				got := []string{}
				for annotation := range object.GetAnnotations() {
					got = append(got, annotation)
				}
				g.Expect(got).To(ConsistOf(want), "%T", object)
			}
			if c.event == "" {
				g.Expect(recorder.Events).To(BeEmpty())
				return
			}
			g.Expect(recorder.Events).To(Receive(ContainSubstring(c.event)))
		})
	}
}
