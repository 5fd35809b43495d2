// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	kerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/controllers/clustercache"
	"sigs.k8s.io/cluster-api/util"
	"sigs.k8s.io/cluster-api/util/finalizers"
	"sigs.k8s.io/cluster-api/util/patch"
	"sigs.k8s.io/cluster-api/util/paused"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/seeds"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/targets"
)

// Reconciler brings KubeceptionControlPlanes to their desired state.
type Reconciler struct {
	// Client reads from the manager's cache and writes to the management cluster.
	Client client.Client
	// Live reads from the management cluster without a cache: root Secrets, and what the user refers to.
	Live client.Reader
	// References watches the metadata of all Secrets in the management cluster: those that a spec refers to need not
	// carry the label that the manager's cache selects.
	References cache.Cache
	// Seeds are the connections to the seeds.
	Seeds *seeds.Connections
	// Targets keeps objects in workload clusters.
	Targets *targets.Engine
	// Clusters are the connections to workload clusters.
	Clusters clustercache.ClusterCache
	// Components are the hosted components in bring-up order.
	Components []component.Component
	// Images finds the images of components.
	Images *images.Vector
	// Recorder emits events.
	Recorder events.EventRecorder
	// WatchFilterValue selects the objects to reconcile by the label cluster.x-k8s.io/watch-filter.
	WatchFilterValue string
	// Now is the clock.
	Now func() time.Time

	roots *pki.Store
}

// RBAC in the management cluster.
// +kubebuilder:rbac:groups=controlplane.cluster.x-k8s.io,resources=kubeceptioncontrolplanes,verbs=get;list;watch;patch;update
// +kubebuilder:rbac:groups=controlplane.cluster.x-k8s.io,resources=kubeceptioncontrolplanes/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=controlplane.cluster.x-k8s.io,resources=kubeceptioncontrolplanes/finalizers,verbs=update
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters;machines;machinesets;machinedeployments;machinepools,verbs=get;list;watch
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=awsclusters,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=apiextensions.k8s.io,resources=customresourcedefinitions,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch

// RBAC in a seed; the management cluster is one unless spec.seed.kubeconfigRef says otherwise.
// +kubebuilder:rbac:groups="",resources=namespaces;services;configmaps;secrets,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups="",resources=nodes,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups="",resources=persistentvolumeclaims,verbs=list;delete
// +kubebuilder:rbac:groups=apps,resources=deployments,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=apps,resources=replicasets,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=druid.gardener.cloud,resources=etcds,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=scheduling.k8s.io,resources=priorityclasses,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=admissionregistration.k8s.io,resources=mutatingadmissionpolicies;mutatingadmissionpolicybindings,verbs=get;list;watch;create;patch

// Reconcile brings one control plane towards its spec.
//
// It reads everything once into a scope, runs the phases in order, and always writes status. A phase that waits
// says so in a condition and returns; the object it waits for is watched and will call Reconcile again.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (result ctrl.Result, reterr error) {
	controlPlane := &controlplanev1.KubeceptionControlPlane{}
	if err := r.Client.Get(ctx, req.NamespacedName, controlPlane); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	cluster, err := r.clusterOf(ctx, controlPlane)
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("get the Cluster: %w", err)
	}
	if cluster == nil {
		return ctrl.Result{}, nil // Clusters are watched, and so is the owner that their controller sets.
	}
	ctx = ctrl.LoggerInto(ctx, ctrl.LoggerFrom(ctx).WithValues("Cluster", klog.KObj(cluster)))

	if added, err := finalizers.EnsureFinalizer(ctx, r.Client, controlPlane, controlplanev1.Finalizer); err != nil || added {
		return ctrl.Result{}, err
	}
	patchHelper, err := patch.NewHelper(controlPlane, r.Client)
	if err != nil {
		return ctrl.Result{}, err
	}
	// Pausing comes before deletion: clusterctl move deletes paused objects, whose etcd must live on.
	if isPaused, requeue, err := paused.EnsurePausedCondition(ctx, r.Client, cluster, controlPlane); err != nil || isPaused || requeue {
		return ctrl.Result{}, err
	}

	s := newScope(cluster, controlPlane, r.Now())
	defer func() {
		setStatus(s)
		r.recordTransitions(s)
		reterr = kerrors.NewAggregate([]error{reterr, patchStatus(ctx, patchHelper, s, reterr)})
		if reterr != nil {
			result = ctrl.Result{} // Errors retry with backoff.
		}
	}()

	if !controlPlane.DeletionTimestamp.IsZero() {
		return r.reconcileDelete(ctx, s)
	}
	return runPhases(ctx, s,
		r.reconcileConfiguration,    // networks, machines, and the objects that the spec refers to
		r.reconcileSeed,             // connection, shared objects, namespace
		r.reconcileVersion,          // is the way from the running to the desired version open?
		r.reconcileRoots,            // authorities and keys
		r.reconcileEndpoint,         // address of the API server, and who waits for it
		r.reconcileComponents,       // render, apply, prune, observe
		r.reconcileAccess,           // kubeconfig Secret of the CAPI contract
		r.reconcileAvailability,     // does the API server answer through its endpoint?
		r.reconcileSystemComponents, // what is kept in the workload cluster
	)
}

// clusterOf returns the Cluster that owns a control plane or, until its controller has made it the owner, the one that
// names the control plane; nil if there is none. Waiting for the owner would cost the two seconds by which Cluster API
// spaces its looks at one Cluster.
func (r *Reconciler) clusterOf(ctx context.Context, controlPlane *controlplanev1.KubeceptionControlPlane) (*clusterv1.Cluster, error) {
	owner, err := util.GetOwnerCluster(ctx, r.Client, controlPlane.ObjectMeta)
	if owner != nil || err != nil {
		return owner, err
	}
	clusters := &clusterv1.ClusterList{}
	if err := r.Client.List(ctx, clusters, client.InNamespace(controlPlane.Namespace)); err != nil {
		return nil, err
	}
	for i := range clusters.Items {
		cluster := &clusters.Items[i]
		if ref := cluster.Spec.ControlPlaneRef; ref.Kind == kind && ref.Name == controlPlane.Name {
			return cluster, nil
		}
	}
	return nil, nil
}

// kind is what this package reconciles.
const kind = "KubeceptionControlPlane"

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
	err := helper.Patch(ctx, s.controlPlane, options...)
	if !s.controlPlane.DeletionTimestamp.IsZero() {
		err = kerrors.FilterOut(err, apierrors.IsNotFound) // Without the finalizer it is gone at once.
	}
	if err != nil {
		return fmt.Errorf("patch status: %w", err)
	}
	return nil
}
