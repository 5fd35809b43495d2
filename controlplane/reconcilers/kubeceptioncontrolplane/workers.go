// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"fmt"
	"slices"

	"github.com/Masterminds/semver/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

// workers reads which Kubernetes versions the machines of a cluster run or are to run, and whether any is to stay.
func (r *Reconciler) workers(ctx context.Context, cluster client.ObjectKey) (component.Workers, error) {
	var objects []client.Object
	for _, list := range []client.ObjectList{
		&clusterv1.MachineList{}, &clusterv1.MachineSetList{}, &clusterv1.MachineDeploymentList{}, &clusterv1.MachinePoolList{},
	} {
		if err := r.Client.List(ctx, list, client.InNamespace(cluster.Namespace),
			client.MatchingLabels{clusterv1.ClusterNameLabel: cluster.Name}); err != nil {
			return component.Workers{}, fmt.Errorf("list the machines of the Cluster: %w", err)
		}
		objects = append(objects, itemsOf(list)...)
	}
	return component.Workers{Versions: workerVersions(objects), Leaving: leaving(objects)}, nil
}

func itemsOf(list client.ObjectList) []client.Object {
	var objects []client.Object
	switch list := list.(type) {
	case *clusterv1.MachineList:
		for i := range list.Items {
			objects = append(objects, &list.Items[i])
		}
	case *clusterv1.MachineSetList:
		for i := range list.Items {
			objects = append(objects, &list.Items[i])
		}
	case *clusterv1.MachineDeploymentList:
		for i := range list.Items {
			objects = append(objects, &list.Items[i])
		}
	case *clusterv1.MachinePoolList:
		for i := range list.Items {
			objects = append(objects, &list.Items[i])
		}
	}
	return objects
}

// workerVersions are the versions of machines and of what makes machines, without duplicates and in order.
func workerVersions(objects []client.Object) []string {
	var versions []string
	for _, object := range objects {
		if version := workerVersion(object); version != "" {
			versions = append(versions, version)
		}
	}
	slices.SortFunc(versions, compareVersions)
	return slices.Compact(versions)
}

// workerVersion is the version that an object wants machines to have; empty if it wants none. A MachineSet without
// replicas is only remembered for its revision.
func workerVersion(object client.Object) string {
	switch o := object.(type) {
	case *clusterv1.Machine:
		return o.Spec.Version
	case *clusterv1.MachineSet:
		if ptr.Deref(o.Spec.Replicas, 0) > 0 || ptr.Deref(o.Status.Replicas, 0) > 0 {
			return o.Spec.Template.Spec.Version
		}
	case *clusterv1.MachineDeployment:
		return o.Spec.Template.Spec.Version
	case *clusterv1.MachinePool:
		return o.Spec.Template.Spec.Version
	}
	return ""
}

// leaving says that there are machines, and that nothing wants one of them or another one.
func leaving(objects []client.Object) bool {
	machines := slices.ContainsFunc(objects, func(object client.Object) bool {
		_, is := object.(*clusterv1.Machine)
		return is
	})
	return machines && !slices.ContainsFunc(objects, wantsMachines)
}

// wantsMachines says that a machine is to stay because of an object: one that stands for itself, or one of those that it
// makes. What is made by something else wants nothing itself.
func wantsMachines(object client.Object) bool {
	if !object.GetDeletionTimestamp().IsZero() || metav1.GetControllerOf(object) != nil {
		return false
	}
	replicas := new(int32(1))
	switch o := object.(type) {
	case *clusterv1.MachineSet:
		replicas = o.Spec.Replicas
	case *clusterv1.MachineDeployment:
		replicas = o.Spec.Replicas
	case *clusterv1.MachinePool:
		replicas = o.Spec.Replicas
	}
	return ptr.Deref(replicas, 1) > 0
}

// compareVersions orders what is no version by its text.
func compareVersions(a, b string) int {
	x, errX := semver.NewVersion(a)
	y, errY := semver.NewVersion(b)
	if errX == nil && errY == nil && !x.Equal(y) {
		return x.Compare(y)
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// workerChanged leaves out everything else that happens to machines.
func workerChanged() predicate.Predicate {
	return predicate.Funcs{
		UpdateFunc: func(e event.UpdateEvent) bool {
			return workerVersion(e.ObjectOld) != workerVersion(e.ObjectNew) || wantsMachines(e.ObjectOld) != wantsMachines(e.ObjectNew)
		},
	}
}

// StripWorker reduces a machine, or what makes machines, for the cache to what is looked at.
func StripWorker(obj any) (any, error) {
	switch o := obj.(type) {
	case *clusterv1.Machine:
		return &clusterv1.Machine{TypeMeta: o.TypeMeta, ObjectMeta: o.ObjectMeta, Spec: clusterv1.MachineSpec{Version: o.Spec.Version}}, nil
	case *clusterv1.MachineSet:
		stripped := &clusterv1.MachineSet{TypeMeta: o.TypeMeta, ObjectMeta: o.ObjectMeta}
		stripped.Spec.Replicas, stripped.Status.Replicas = o.Spec.Replicas, o.Status.Replicas
		stripped.Spec.Template.Spec.Version = o.Spec.Template.Spec.Version
		return stripped, nil
	case *clusterv1.MachineDeployment:
		stripped := &clusterv1.MachineDeployment{TypeMeta: o.TypeMeta, ObjectMeta: o.ObjectMeta}
		stripped.Spec.Replicas = o.Spec.Replicas
		stripped.Spec.Template.Spec.Version = o.Spec.Template.Spec.Version
		return stripped, nil
	case *clusterv1.MachinePool:
		stripped := &clusterv1.MachinePool{TypeMeta: o.TypeMeta, ObjectMeta: o.ObjectMeta}
		stripped.Spec.Replicas = o.Spec.Replicas
		stripped.Spec.Template.Spec.Version = o.Spec.Template.Spec.Version
		return stripped, nil
	}
	return obj, nil // A tombstone.
}
