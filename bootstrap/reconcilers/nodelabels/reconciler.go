// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodelabels

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	"sigs.k8s.io/cluster-api/util/annotations"
	"sigs.k8s.io/cluster-api/util/predicates"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/bootstrap/nodeconfig"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// knownAnnotation is on nodes and names the labels that came from here, so that they can be removed.
const knownAnnotation = bootstrapv1.NodeLabelsAnnotation

// Reconciler carries labels from Machines to nodes.
type Reconciler struct {
	// Client reads from the manager's cache.
	Client client.Client
	// Clusters are the connections to workload clusters.
	Clusters clustercache.ClusterCache
	// Recorder emits events.
	Recorder events.EventRecorder
	// WatchFilterValue selects the objects to reconcile by the label cluster.x-k8s.io/watch-filter.
	WatchFilterValue string
}

// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters;machines,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// SetupWithManager watches Machines that say something about labels, and connections to their clusters.
func (r *Reconciler) SetupWithManager(ctx context.Context, mgr ctrl.Manager, options controller.Options) error {
	filter := predicates.ResourceHasFilterLabel(mgr.GetScheme(), ctrl.LoggerFrom(ctx).WithValues("controller", "nodelabels"), r.WatchFilterValue)
	err := ctrl.NewControllerManagedBy(mgr).
		Named("nodelabels").
		For(&clusterv1.Machine{}, builder.WithPredicates(filter, matters())).
		WatchesRawSource(r.Clusters.GetClusterSource("nodelabels", r.ofCluster)).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for labels of nodes: %w", err)
	}
	return nil
}

// matters leaves out Machines that say nothing, and changes that no node depends on.
func matters() predicate.Predicate {
	return predicate.And[client.Object](
		predicate.NewPredicateFuncs(func(object client.Object) bool {
			_, says := object.GetAnnotations()[bootstrapv1.NodeLabelsAnnotation]
			return says
		}),
		predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(*clusterv1.Machine)
			after, isMachine := e.ObjectNew.(*clusterv1.Machine)
			// The same once more is the regular look at everything.
			return !ok || !isMachine || before.ResourceVersion == after.ResourceVersion || before.Status.NodeRef != after.Status.NodeRef ||
				!maps.Equal(before.Annotations, after.Annotations)
		}},
	)
}

// ofCluster are the Machines of a cluster that say something.
func (r *Reconciler) ofCluster(ctx context.Context, cluster client.Object) []reconcile.Request {
	machines := &clusterv1.MachineList{}
	err := r.Client.List(ctx, machines, client.InNamespace(cluster.GetNamespace()),
		client.MatchingLabels{clusterv1.ClusterNameLabel: cluster.GetName()}, client.UnsafeDisableDeepCopy)
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Labels of nodes wait for the next change of their Machines")
		return nil
	}
	var out []reconcile.Request
	for i := range machines.Items {
		if _, says := machines.Items[i].Annotations[bootstrapv1.NodeLabelsAnnotation]; says {
			out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&machines.Items[i])})
		}
	}
	return out
}

// Reconcile makes the labels of one node what its Machine says.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	machine := &clusterv1.Machine{}
	if err := r.Client.Get(ctx, req.NamespacedName, machine); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	wanted, err := nodeconfig.Labels(machine.Annotations)
	if err != nil {
		r.Recorder.Eventf(machine, nil, corev1.EventTypeWarning, "NodeLabelsInvalid", "Label", "%.900s", err.Error())
		return ctrl.Result{}, nil
	}
	if wanted == nil || !machine.Status.NodeRef.IsDefined() || !machine.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	cluster := &clusterv1.Cluster{}
	key := client.ObjectKey{Namespace: machine.Namespace, Name: machine.Spec.ClusterName}
	if err := r.Client.Get(ctx, key, cluster); err != nil || annotations.IsPaused(cluster, machine) {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	workload, err := r.Clusters.GetClient(ctx, key)
	if errors.Is(err, clustercache.ErrClusterNotConnected) {
		return ctrl.Result{}, nil // Connections are watched.
	}
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("connect to the workload cluster: %w", err)
	}
	return ctrl.Result{}, label(ctx, workload, machine.Status.NodeRef.Name, wanted)
}

// label makes labels of a node so, and removes those that came from here and are not wanted any more.
func label(ctx context.Context, workload client.Client, name string, wanted map[string]string) error {
	node := &metav1.PartialObjectMetadata{}
	node.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Node"))
	if err := workload.Get(ctx, client.ObjectKey{Name: name}, node); err != nil {
		if err = client.IgnoreNotFound(err); err != nil {
			return fmt.Errorf("get Node %s: %w", name, err)
		}
		return nil
	}
	before := node.DeepCopy()
	set(node, wanted)
	_, err := apply.Merge(ctx, workload, before, node)
	return err
}

func set(node *metav1.PartialObjectMetadata, wanted map[string]string) {
	for key := range strings.SplitSeq(node.Annotations[knownAnnotation], ",") {
		if _, stays := wanted[key]; !stays {
			delete(node.Labels, key)
		}
	}
	for key, value := range wanted {
		metav1.SetMetaDataLabel(&node.ObjectMeta, key, value)
	}
	metav1.SetMetaDataAnnotation(&node.ObjectMeta, knownAnnotation, strings.Join(slices.Sorted(maps.Keys(wanted)), ","))
}
