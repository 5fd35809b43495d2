// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

func machine(name, version string) *clusterv1.Machine {
	return &clusterv1.Machine{ObjectMeta: memberOf("c", name), Spec: clusterv1.MachineSpec{Version: version, ProviderID: "x://" + name}}
}

func machineSet(name, version string, replicas int32) *clusterv1.MachineSet {
	set := &clusterv1.MachineSet{ObjectMeta: memberOf("c", name)}
	set.Spec.Replicas, set.Spec.Template.Spec.Version = ptr.To(replicas), version
	return set
}

func memberOf(cluster, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: "team", Name: name, Labels: map[string]string{clusterv1.ClusterNameLabel: cluster}}
}

func workerObjects() []client.Object {
	deployment := &clusterv1.MachineDeployment{ObjectMeta: memberOf("c", "d")}
	deployment.Spec.Template.Spec.Version = "v1.36.3"
	pool := &clusterv1.MachinePool{ObjectMeta: memberOf("c", "p")}
	pool.Spec.Template.Spec.Version = "v1.35.10"
	other := machine("other", "v1.33.0")
	other.Labels[clusterv1.ClusterNameLabel] = "another"
	return []client.Object{
		machine("a", "v1.35.9"), machine("b", "v1.35.9"), machine("external", ""), other,
		machineSet("new", "v1.36.3", 3), machineSet("old", "v1.34.1", 0), deployment, pool,
	}
}

func TestWorkersTellTheVersionsOfKubelets(t *testing.T) {
	g := NewWithT(t)
	management := fake.NewClientBuilder().WithScheme(schemeOfAll(t)).WithObjects(workerObjects()...).Build()
	workers, err := (&Reconciler{Client: management}).workers(t.Context(), client.ObjectKey{Namespace: "team", Name: "c"})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(workers.Versions).To(Equal([]string{"v1.35.9", "v1.35.10", "v1.36.3"}))
}

func TestCachesOfWorkersHoldTheirVersions(t *testing.T) {
	g := NewWithT(t)
	for _, object := range workerObjects() {
		stripped, err := StripWorker(object.DeepCopyObject())
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(workerVersion(stripped.(client.Object))).To(Equal(workerVersion(object)))
		g.Expect(wantsMachines(stripped.(client.Object))).To(Equal(wantsMachines(object)))
		g.Expect(stripped.(client.Object).GetLabels()).To(Equal(object.GetLabels()))
	}
	stripped, err := StripWorker(machine("a", "v1.36.3"))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(stripped.(*clusterv1.Machine).Spec.ProviderID).To(BeEmpty())
}

func TestOnlyOtherVersionsAndNumbersOfWorkersAreNews(t *testing.T) {
	g := NewWithT(t)
	changed := workerChanged()
	update := func(before, after client.Object) bool {
		return changed.Update(event.UpdateEvent{ObjectOld: before, ObjectNew: after})
	}
	g.Expect(update(machine("a", "v1.35.9"), machine("a", "v1.36.3"))).To(BeTrue())
	g.Expect(update(machineSet("s", "v1.35.9", 1), machineSet("s", "v1.35.9", 0))).To(BeTrue())
	g.Expect(update(machineSet("s", "v1.35.9", 1), machineSet("s", "v1.35.9", 2))).To(BeFalse())
	stays, goes := deployment(1), deployment(0)
	g.Expect(update(stays, goes)).To(BeTrue())
	g.Expect(update(stays, deployment(2))).To(BeFalse())
	g.Expect(changed.Create(event.CreateEvent{Object: machine("a", "v1.35.9")})).To(BeTrue())
}

func deployment(replicas int32) *clusterv1.MachineDeployment {
	deployment := &clusterv1.MachineDeployment{ObjectMeta: memberOf("c", "d")}
	deployment.Spec.Replicas = ptr.To(replicas)
	return deployment
}

func deleted[T client.Object](object T) T {
	object.SetDeletionTimestamp(ptr.To(metav1.Now()))
	return object
}

func controlled[T client.Object](object T) T {
	object.SetOwnerReferences([]metav1.OwnerReference{{Controller: ptr.To(true)}})
	return object
}

func TestMachinesLeaveWhenNothingWantsThem(t *testing.T) {
	pool := &clusterv1.MachinePool{ObjectMeta: memberOf("c", "p")}
	cases := map[string]struct {
		objects []client.Object
		want    bool
	}{
		"a cluster without machines":                    {objects: []client.Object{deployment(0)}},
		"a MachineDeployment":                           {objects: []client.Object{deployment(1), controlled(machine("a", ""))}},
		"a MachineDeployment that is scaled to nothing": {objects: []client.Object{deployment(0), controlled(machineSet("s", "", 1)), controlled(machine("a", ""))}, want: true},
		"a MachineDeployment that is deleted":           {objects: []client.Object{deleted(deployment(1)), controlled(machine("a", ""))}, want: true},
		"a machine that another one takes the place of": {objects: []client.Object{deployment(1), deleted(controlled(machine("a", "")))}},
		"a MachineSet of its own":                       {objects: []client.Object{machineSet("s", "", 1), deleted(controlled(machine("a", "")))}},
		"a machine of its own":                          {objects: []client.Object{machine("a", "")}},
		"a machine of its own that is deleted":          {objects: []client.Object{deleted(machine("a", ""))}, want: true},
		"a MachinePool beside it":                       {objects: []client.Object{pool, deleted(machine("a", ""))}},
	}
	for title, c := range cases {
		NewWithT(t).Expect(leaving(c.objects)).To(Equal(c.want), title)
	}
}
