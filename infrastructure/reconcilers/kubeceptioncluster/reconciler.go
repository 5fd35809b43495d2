// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncluster

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	kerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/cluster-api/util/finalizers"
	"sigs.k8s.io/cluster-api/util/patch"
	"sigs.k8s.io/cluster-api/util/paused"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/hosts"
)

// Reconciler prepares the places where local machines run.
type Reconciler struct {
	// Client reads from the manager's cache and writes to the management cluster.
	Client client.Client
	// Hosts are the connections to host clusters.
	Hosts *hosts.Connections
	// Recorder emits events.
	Recorder events.EventRecorder
	// WatchFilterValue selects the objects to reconcile by the label cluster.x-k8s.io/watch-filter.
	WatchFilterValue string
	// OrphanGracePeriod is how long something in a host cluster may belong to no machine before it is deleted.
	OrphanGracePeriod time.Duration
	// Now is the clock.
	Now func() time.Time

	orphans orphans
}

// RBAC in the management cluster.
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionclusters,verbs=get;list;watch;patch;update
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionclusters/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionclusters/finalizers,verbs=update
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionmachines,verbs=get;list;watch
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters;machinesets,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch

// RBAC in a host cluster; the management cluster is one unless spec.kubeconfigRef says otherwise.
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups="",resources=nodes,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=pods;secrets,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=get;list;watch;create;patch;delete

// Reconcile brings one KubeceptionCluster towards its spec.
//
// It runs the phases in order and always writes status. A phase that waits says so in a condition and returns; the
// object it waits for is watched and will call Reconcile again.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (result ctrl.Result, reterr error) {
	infraCluster := &infrav1.KubeceptionCluster{}
	if err := r.Client.Get(ctx, req.NamespacedName, infraCluster); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	cluster, err := r.clusterOf(ctx, infraCluster)
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("get the Cluster: %w", err)
	}
	if cluster == nil {
		return ctrl.Result{}, nil // Clusters are watched, and so is the owner that their controller sets.
	}
	ctx = ctrl.LoggerInto(ctx, ctrl.LoggerFrom(ctx).WithValues("Cluster", klog.KObj(cluster)))

	if added, err := finalizers.EnsureFinalizer(ctx, r.Client, infraCluster, infrav1.ClusterFinalizer); err != nil || added {
		return ctrl.Result{}, err
	}
	patchHelper, err := patch.NewHelper(infraCluster, r.Client)
	if err != nil {
		return ctrl.Result{}, err
	}
	// Pausing comes before deletion: clusterctl move deletes paused objects, whose machines must live on.
	if isPaused, requeue, err := paused.EnsurePausedCondition(ctx, r.Client, cluster, infraCluster); err != nil || isPaused || requeue {
		return ctrl.Result{}, err
	}

	s := newScope(cluster, infraCluster, r.Now())
	defer func() {
		setStatus(s)
		r.recordTransitions(s)
		reterr = kerrors.NewAggregate([]error{reterr, patchStatus(ctx, patchHelper, s, reterr)})
		if reterr != nil {
			result = ctrl.Result{} // Errors retry with backoff.
		}
	}()

	if !infraCluster.DeletionTimestamp.IsZero() {
		return r.reconcileDelete(ctx, s)
	}
	return runPhases(ctx, s,
		r.reconcileMachineSets,    // are any frozen?
		r.reconcileHost,           // connection
		r.reconcileNamespace,      // namespace and network policy
		r.reconcileFailureDomains, // virtual ones, or zones
		r.reconcileInitialization, // machines can be made from now on
		r.reconcileOrphans,        // what belongs to no machine
	)
}

// clusterOf returns the Cluster that owns a KubeceptionCluster or, until its controller has made it the owner, the one
// that names it; nil if there is none. A deletion goes on without its Cluster, with what is left of it in the labels.
func (r *Reconciler) clusterOf(ctx context.Context, infraCluster *infrav1.KubeceptionCluster) (*clusterv1.Cluster, error) {
	owner, err := util.GetOwnerCluster(ctx, r.Client, infraCluster.ObjectMeta)
	if owner != nil || (err != nil && !apierrors.IsNotFound(err)) {
		return owner, err
	}
	clusters := &clusterv1.ClusterList{}
	if err := r.Client.List(ctx, clusters, client.InNamespace(infraCluster.Namespace)); err != nil {
		return nil, err
	}
	for i := range clusters.Items {
		cluster := &clusters.Items[i]
		if ref := cluster.Spec.InfrastructureRef; ref.Kind == kind && ref.Name == infraCluster.Name {
			return cluster, nil
		}
	}
	if name := infraCluster.Labels[clusterv1.ClusterNameLabel]; name != "" && !infraCluster.DeletionTimestamp.IsZero() {
		gone := &clusterv1.Cluster{}
		gone.Namespace, gone.Name = infraCluster.Namespace, name
		return gone, nil
	}
	return nil, nil
}

// kind is what this package reconciles.
const kind = "KubeceptionCluster"

// phaseResult says how Reconcile goes on after a phase.
type phaseResult struct {
	stop  bool
	after time.Duration
}

// next goes on with the next phase.
func next() phaseResult { return phaseResult{} }

// stop ends the reconcile; what the phase waits for is watched.
func stop() phaseResult { return phaseResult{stop: true} }

// stopFor ends the reconcile and looks again later, for what cannot be watched.
func stopFor(after time.Duration) phaseResult { return phaseResult{stop: true, after: after} }

type phase func(context.Context, *scope) (phaseResult, error)

// runPhases runs phases in order until one stops, and keeps the earliest time to look again.
func runPhases(ctx context.Context, s *scope, phases ...phase) (ctrl.Result, error) {
	result := ctrl.Result{}
	for _, run := range phases {
		outcome, err := run(ctx, s)
		if err != nil {
			return ctrl.Result{}, err
		}
		result = util.LowestNonZeroResult(result, ctrl.Result{RequeueAfter: outcome.after})
		if outcome.stop {
			break
		}
	}
	return result, nil
}

// patchStatus writes what changed; it writes nothing when nothing did.
func patchStatus(ctx context.Context, helper *patch.Helper, s *scope, failed error) error {
	options := []patch.Option{patch.WithOwnedConditions{Conditions: ownedConditions()}}
	if failed == nil {
		options = append(options, patch.WithStatusObservedGeneration{})
	}
	err := helper.Patch(ctx, s.infraCluster, options...)
	if !s.infraCluster.DeletionTimestamp.IsZero() {
		err = kerrors.FilterOut(err, apierrors.IsNotFound) // Without the finalizer it is gone at once.
	}
	if err != nil {
		return fmt.Errorf("patch status: %w", err)
	}
	return nil
}
