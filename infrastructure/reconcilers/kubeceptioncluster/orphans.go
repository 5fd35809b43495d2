// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncluster

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/hosts"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// orphans remembers, for each namespace, since when objects belong to no machine. It begins anew when the manager does: a
// machine that comes back, by a restore for example, is better served by a grace period too long than by one too short.
type orphans struct {
	mu    sync.Mutex
	since map[string]map[types.UID]time.Time
}

// reconcileOrphans deletes pods and Secrets that have belonged to no machine for the grace period.
func (r *Reconciler) reconcileOrphans(ctx context.Context, s *scope) (phaseResult, error) {
	var found []metav1.PartialObjectMetadata
	for _, kind := range []string{"Pod", "Secret"} {
		list := hosts.MetadataList(kind)
		if err := s.host.Client.List(ctx, list, client.InNamespace(s.namespace()), client.HasLabels{machine.LabelMachine}); err != nil {
			return phaseResult{}, fmt.Errorf("list what belongs to machines: %w", err)
		}
		for i := range list.Items {
			list.Items[i].SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind))
			found = append(found, list.Items[i])
		}
	}
	machines := &infrav1.KubeceptionMachineList{}
	if err := r.Client.List(ctx, machines, client.InNamespace(s.infraCluster.Namespace)); err != nil {
		return phaseResult{}, fmt.Errorf("list KubeceptionMachines: %w", err)
	}
	expected := sets.New[string]()
	for i := range machines.Items {
		expected.Insert(machines.Items[i].Name)
	}
	var left []*metav1.PartialObjectMetadata
	for i := range found {
		if !expected.Has(found[i].Labels[machine.LabelMachine]) {
			left = append(left, &found[i])
		}
	}
	due, again := r.orphans.due(s.namespace(), left, s.now, r.OrphanGracePeriod)
	for _, object := range due {
		result, err := apply.Delete(ctx, s.host.Client, object)
		if err != nil {
			return phaseResult{}, fmt.Errorf("delete what belongs to no machine: %w", err)
		}
		if result == apply.Deleted {
			ctrl.LoggerFrom(ctx).Info("Deleted what belonged to no machine", "kind", object.Kind, "object", client.ObjectKeyFromObject(object))
			r.Recorder.Eventf(s.infraCluster, nil, corev1.EventTypeWarning, "OrphanDeleted", "CollectOrphans",
				"%s %s/%s belonged to no machine for %s", object.Kind, object.Namespace, object.Name, r.OrphanGracePeriod)
		}
	}
	return phaseResult{after: again}, nil
}

// due returns those of the objects of a namespace that have been left for the grace period, and when to look again.
// Objects that are no longer left are forgotten.
func (o *orphans) due(namespace string, left []*metav1.PartialObjectMetadata, now time.Time, grace time.Duration) (due []*metav1.PartialObjectMetadata, again time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since == nil {
		o.since = map[string]map[types.UID]time.Time{}
	}
	before := o.since[namespace]
	delete(o.since, namespace)
	for _, object := range left {
		since, known := before[object.UID]
		if !known {
			since = now
		}
		if o.since[namespace] == nil {
			o.since[namespace] = map[types.UID]time.Time{}
		}
		o.since[namespace][object.UID] = since
		if remaining := grace - now.Sub(since); remaining <= 0 {
			due = append(due, object)
		} else if again == 0 || remaining < again {
			again = remaining
		}
	}
	return due, again
}

// reconcileMachineSets tells of MachineSets that are paused because they made too many machines.
func (r *Reconciler) reconcileMachineSets(ctx context.Context, s *scope) (phaseResult, error) {
	list := &clusterv1.MachineSetList{}
	err := r.Client.List(ctx, list, client.InNamespace(s.cluster.Namespace), client.MatchingLabels{clusterv1.ClusterNameLabel: s.cluster.Name})
	if err != nil {
		return phaseResult{}, fmt.Errorf("list MachineSets: %w", err)
	}
	var frozen []string
	for i := range list.Items {
		if why, ok := list.Items[i].Annotations[infrav1.FrozenAnnotation]; ok {
			frozen = append(frozen, fmt.Sprintf("MachineSet %s: %s", list.Items[i].Name, why))
		}
	}
	setFrozen(s, frozen)
	return next(), nil
}
