// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	"context"
	"fmt"
	"time"

	kerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/cluster-api/util/patch"
	"sigs.k8s.io/cluster-api/util/paused"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// Reconciler makes bootstrap data from KubeceptionConfigs.
type Reconciler struct {
	// Client reads from the manager's cache and writes to the management cluster.
	Client client.Client
	// Live reads from the management cluster without a cache: authorities, and what the user refers to.
	Live client.Reader
	// Clusters are the connections to workload clusters.
	Clusters clustercache.ClusterCache
	// Recorder emits events.
	Recorder events.EventRecorder
	// WatchFilterValue selects the objects to reconcile by the label cluster.x-k8s.io/watch-filter.
	WatchFilterValue string
	// TokenLifetime is the time for which a bootstrap token is accepted unless it is renewed.
	TokenLifetime time.Duration
	// Now is the clock.
	Now func() time.Time
}

// +kubebuilder:rbac:groups=bootstrap.cluster.x-k8s.io,resources=kubeceptionconfigs,verbs=get;list;watch;patch;update
// +kubebuilder:rbac:groups=bootstrap.cluster.x-k8s.io,resources=kubeceptionconfigs/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=bootstrap.cluster.x-k8s.io,resources=kubeceptionconfigs/finalizers,verbs=update
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters;machines;machinepools,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch;create;patch

// kind is what this package reconciles.
const kind = "KubeceptionConfig"

// Reconcile makes the bootstrap data of one configuration and keeps its token valid.
//
// A phase that waits says so in a condition and returns; what it waits for is watched and will call Reconcile again.
// Nothing is done when a configuration is deleted: its Secret goes with it, and its token expires.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (result ctrl.Result, reterr error) {
	config := &bootstrapv1.KubeceptionConfig{}
	if err := r.Client.Get(ctx, req.NamespacedName, config); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	owner, err := r.ownerOf(ctx, config)
	if err != nil || owner == nil {
		return ctrl.Result{}, err // Machines are watched, and so is the owner that Cluster API sets.
	}
	cluster, err := util.GetClusterByName(ctx, r.Client, config.Namespace, owner.clusterName)
	if err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err) // Clusters are watched.
	}
	ctx = ctrl.LoggerInto(ctx, ctrl.LoggerFrom(ctx).WithValues("Cluster", klog.KObj(cluster), owner.kind, klog.KRef(config.Namespace, owner.name)))

	patchHelper, err := patch.NewHelper(config, r.Client)
	if err != nil {
		return ctrl.Result{}, err
	}
	if isPaused, requeue, err := paused.EnsurePausedCondition(ctx, r.Client, cluster, config); err != nil || isPaused || requeue {
		return ctrl.Result{}, err
	}
	if !config.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}

	s := newScope(cluster, config, owner, r.Now())
	defer func() {
		setStatus(s)
		r.recordTransitions(s)
		reterr = kerrors.NewAggregate([]error{reterr, patchStatus(ctx, patchHelper, s, reterr)})
		if reterr != nil {
			result = ctrl.Result{} // Errors retry with backoff.
		}
	}()
	return runPhases(ctx, s,
		r.reconcileData,  // the Secret that machines are made with
		r.reconcileToken, // the workload cluster accepts its token, until it was used
	)
}

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

// nextAndAgain goes on with the next phase and looks again later, for what cannot be watched.
func nextAndAgain(after time.Duration) phaseResult { return phaseResult{after: after} }

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
	if err := client.IgnoreNotFound(helper.Patch(ctx, s.config, options...)); err != nil {
		return fmt.Errorf("patch status: %w", err)
	}
	return nil
}

// isOurs reports whether a reference is to what this package reconciles.
func isOurs(ref clusterv1.ContractVersionedObjectReference) bool {
	return ref.APIGroup == bootstrapv1.GroupVersion.Group && ref.Kind == kind
}
