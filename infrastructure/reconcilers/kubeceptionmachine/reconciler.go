// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachine

import (
	"context"
	"fmt"

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
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// Reconciler makes local machines.
type Reconciler struct {
	// Client reads from the manager's cache and writes to the management cluster.
	Client client.Client
	// Live reads from the management cluster without a cache: bootstrap data, and what must not be outdated.
	Live client.Reader
	// Hosts are the connections to host clusters.
	Hosts *hosts.Connections
	// Images finds machine images.
	Images *images.Vector
	// Recorder emits events.
	Recorder events.EventRecorder
	// WatchFilterValue selects the objects to reconcile by the label cluster.x-k8s.io/watch-filter.
	WatchFilterValue string
}

// RBAC in the management cluster; what is done in a host cluster is said at the KubeceptionCluster.
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionmachines,verbs=get;list;watch;patch;update
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionmachines/status,verbs=get;patch;update
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionmachines/finalizers,verbs=update
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters;machines,verbs=get;list;watch

// Reconcile brings one machine towards its spec.
//
// It runs the phases in order and always writes status. A phase that waits says so in a condition and returns; the
// object it waits for is watched and will call Reconcile again.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (result ctrl.Result, reterr error) {
	infraMachine := &infrav1.KubeceptionMachine{}
	if err := r.Client.Get(ctx, req.NamespacedName, infraMachine); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	s, err := r.read(ctx, infraMachine)
	if err != nil {
		return ctrl.Result{}, err
	}
	deleting := !infraMachine.DeletionTimestamp.IsZero()
	if !deleting && (s.machine == nil || s.cluster == nil) {
		return ctrl.Result{}, nil // Machines are watched, and so is the owner that their controller sets.
	}
	ctx = ctrl.LoggerInto(ctx, ctrl.LoggerFrom(ctx).WithValues(
		"Cluster", klog.KRef(infraMachine.Namespace, infraMachine.Labels[clusterv1.ClusterNameLabel]), "Machine", klog.KObj(s.machine)))

	if added, err := finalizers.EnsureFinalizer(ctx, r.Client, infraMachine, infrav1.MachineFinalizer); err != nil || added {
		return ctrl.Result{}, err
	}
	patchHelper, err := patch.NewHelper(infraMachine, r.Client)
	if err != nil {
		return ctrl.Result{}, err
	}
	// Pausing comes before deletion: clusterctl move deletes paused objects, whose pods must live on.
	cluster := s.cluster
	if cluster == nil {
		cluster = &clusterv1.Cluster{} // A deletion goes on without its Cluster.
	}
	if isPaused, requeue, err := paused.EnsurePausedCondition(ctx, r.Client, cluster, infraMachine); err != nil || isPaused || requeue {
		return ctrl.Result{}, err
	}

	defer func() {
		setStatus(s)
		r.recordTransitions(s)
		reterr = kerrors.NewAggregate([]error{reterr, patchStatus(ctx, patchHelper, s, reterr)})
		if reterr != nil {
			result = ctrl.Result{} // Errors retry with backoff.
		}
	}()

	if deleting {
		return ctrl.Result{}, r.reconcileDelete(ctx, s)
	}
	return ctrl.Result{}, runPhases(ctx, s,
		r.reconcileCluster, // can machines be made?
		r.reconcileHost,    // connection
		r.reconcilePod,     // create, record, start, observe
		r.reconcileZone,    // where did it end up?
	)
}

// phase reports whether the next phase follows; what a phase waits for is watched.
type phase func(context.Context, *scope) (next bool, err error)

func runPhases(ctx context.Context, s *scope, phases ...phase) error {
	for _, run := range phases {
		if next, err := run(ctx, s); err != nil || !next {
			return err
		}
	}
	return nil
}

// read finds what a machine belongs to. In a deletion any of it may be gone.
func (r *Reconciler) read(ctx context.Context, infraMachine *infrav1.KubeceptionMachine) (*scope, error) {
	s := newScope(infraMachine)
	machine, err := util.GetOwnerMachine(ctx, r.Client, infraMachine.ObjectMeta)
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("get the Machine: %w", err)
	}
	if err == nil {
		s.machine = machine
	}
	name := infraMachine.Labels[clusterv1.ClusterNameLabel]
	if s.machine != nil {
		name = s.machine.Spec.ClusterName
	}
	if name == "" {
		return s, nil
	}
	cluster := &clusterv1.Cluster{}
	if err := r.Client.Get(ctx, client.ObjectKey{Namespace: infraMachine.Namespace, Name: name}, cluster); err != nil {
		if apierrors.IsNotFound(err) {
			return s, nil
		}
		return nil, fmt.Errorf("get the Cluster: %w", err)
	}
	s.cluster = cluster
	ref := cluster.Spec.InfrastructureRef
	if ref.Kind != "KubeceptionCluster" || ref.APIGroup != infrav1.GroupVersion.Group {
		return s, nil
	}
	infraCluster := &infrav1.KubeceptionCluster{}
	if err := r.Client.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: ref.Name}, infraCluster); err != nil {
		if apierrors.IsNotFound(err) {
			return s, nil
		}
		return nil, fmt.Errorf("get the KubeceptionCluster: %w", err)
	}
	s.infraCluster = infraCluster
	return s, nil
}

// patchStatus writes what changed; it writes nothing when nothing did.
func patchStatus(ctx context.Context, helper *patch.Helper, s *scope, failed error) error {
	options := []patch.Option{patch.WithOwnedConditions{Conditions: ownedConditions()}}
	if failed == nil {
		options = append(options, patch.WithStatusObservedGeneration{})
	}
	err := helper.Patch(ctx, s.infraMachine, options...)
	if !s.infraMachine.DeletionTimestamp.IsZero() {
		err = kerrors.FilterOut(err, apierrors.IsNotFound) // Without the finalizer it is gone at once.
	}
	if err != nil {
		return fmt.Errorf("patch status: %w", err)
	}
	return nil
}
