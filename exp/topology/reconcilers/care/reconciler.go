// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package care

import (
	"context"
	"errors"
	"fmt"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/status"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// controlPlaneKind is the kind of our control planes, as Clusters refer to them.
const controlPlaneKind = "KubeceptionControlPlane"

// Reconciler keeps the status of Shoots.
type Reconciler struct {
	// Client reads from the manager's cache and writes.
	Client client.Client
	// Live reads infrastructure, of which there are too many kinds to watch.
	Live client.Reader
	// Recorder emits events.
	Recorder events.EventRecorder
	// Gardener is written to Shoots when an operation begins: who acts on them.
	Gardener gardencorev1beta1.Gardener
	// Now is the clock.
	Now func() time.Time
}

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots/status,verbs=patch
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=projects,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters;machinedeployments;machinesets;machines,verbs=get;list;watch
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=awsclusters;kubeceptionclusters,verbs=get
// +kubebuilder:rbac:groups=controlplane.cluster.x-k8s.io,resources=kubeceptioncontrolplanes,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile keeps the status of one Shoot.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	shoot := &gardencorev1beta1.Shoot{}
	if err := r.Client.Get(ctx, req.NamespacedName, shoot); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	seen, err := r.observe(ctx, shoot)
	if err != nil {
		return ctrl.Result{}, err
	}
	result := status.Of(shoot, *seen)
	if err := r.write(ctx, shoot, &result); err != nil {
		return ctrl.Result{}, err
	}
	if len(seen.Infrastructure) > 0 && (result.Again == 0 || result.Again > infrastructurePeriod) {
		result.Again = infrastructurePeriod
	}
	return ctrl.Result{RequeueAfter: result.Again}, nil
}

// observe reads what there is of the Cluster of a Shoot.
func (r *Reconciler) observe(ctx context.Context, shoot *gardencorev1beta1.Shoot) (*status.Observation, error) {
	seen := &status.Observation{Now: r.Now(), Gardener: r.Gardener}
	key, err := r.keyOf(ctx, shoot, seen)
	if err != nil || key.Name == "" {
		return seen, err
	}
	cluster := &clusterv1.Cluster{}
	err = r.Client.Get(ctx, key, cluster)
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("get Cluster %s: %w", key, err)
	}
	if err != nil {
		return seen, nil
	}
	seen.Cluster = cluster
	if seen.ControlPlane, err = r.controlPlaneOf(ctx, cluster); err != nil {
		return nil, err
	}
	if seen.Infrastructure, err = r.infrastructureOf(ctx, cluster); err != nil {
		return nil, err
	}
	deployments, sets, machines := &clusterv1.MachineDeploymentList{}, &clusterv1.MachineSetList{}, &clusterv1.MachineList{}
	for _, list := range []client.ObjectList{deployments, sets, machines} {
		if err := r.Client.List(ctx, list, client.InNamespace(key.Namespace), client.MatchingLabels{clusterv1.ClusterNameLabel: cluster.Name}); err != nil {
			return nil, fmt.Errorf("list machines of Cluster %s: %w", key, err)
		}
	}
	seen.Deployments, seen.Sets, seen.Machines = deployments.Items, sets.Items, machines.Items
	return seen, nil
}

// keyOf returns that of the Cluster of a Shoot, empty where the Shoot is in no project.
func (r *Reconciler) keyOf(ctx context.Context, shoot *gardencorev1beta1.Shoot, seen *status.Observation) (client.ObjectKey, error) {
	project, err := lookup.ProjectOf(ctx, r.Client, shoot.Namespace)
	if missing := (*lookup.NotFoundError)(nil); errors.As(err, &missing) {
		return client.ObjectKey{}, nil // Projects are watched.
	}
	if err != nil {
		return client.ObjectKey{}, err
	}
	seen.Project = project.Name
	return lookup.ClusterKey(project.Name, shoot), nil
}

func (r *Reconciler) controlPlaneOf(ctx context.Context, cluster *clusterv1.Cluster) (*controlplanev1.KubeceptionControlPlane, error) {
	if cluster.Spec.ControlPlaneRef.Kind != controlPlaneKind {
		return nil, nil
	}
	controlPlane := &controlplanev1.KubeceptionControlPlane{}
	err := r.Client.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.Spec.ControlPlaneRef.Name}, controlPlane)
	switch {
	case client.IgnoreNotFound(err) != nil:
		return nil, fmt.Errorf("get the control plane of Cluster %s/%s: %w", cluster.Namespace, cluster.Name, err)
	case err != nil:
		return nil, nil
	}
	return controlPlane, nil
}

// write writes the status, then the label that sums it up, and tells of operations.
func (r *Reconciler) write(ctx context.Context, shoot *gardencorev1beta1.Shoot, result *status.Result) error {
	before := shoot.DeepCopy()
	shoot.Status = result.Status
	if _, err := apply.MergeStatus(ctx, r.Client, before, shoot); err != nil {
		return err
	}
	r.tell(before, shoot)
	before = shoot.DeepCopy()
	if shoot.Labels == nil {
		shoot.Labels = map[string]string{}
	}
	shoot.Labels[v1beta1constants.ShootStatus] = string(result.Health)
	_, err := apply.Merge(ctx, r.Client, before, shoot)
	return err
}

// tell emits an event when an operation begins, succeeds or has errors, with Gardener's reasons.
func (r *Reconciler) tell(before, after *gardencorev1beta1.Shoot) {
	last, now := before.Status.LastOperation, after.Status.LastOperation
	if now == nil || last != nil && last.Type == now.Type && last.State == now.State {
		return
	}
	reasons := []string{gardencorev1beta1.EventReconciling, gardencorev1beta1.EventReconciled, gardencorev1beta1.EventReconcileError}
	action := gardencorev1beta1.EventActionReconcile
	if now.Type == gardencorev1beta1.LastOperationTypeDelete {
		reasons = []string{gardencorev1beta1.EventDeleting, gardencorev1beta1.EventDeleted, gardencorev1beta1.EventDeleteError}
		action = gardencorev1beta1.EventActionDelete
	}
	switch now.State {
	case gardencorev1beta1.LastOperationStateProcessing:
		r.Recorder.Eventf(after, nil, corev1.EventTypeNormal, reasons[0], action, "%s: %s", now.Type, now.Description)
	case gardencorev1beta1.LastOperationStateSucceeded:
		r.Recorder.Eventf(after, nil, corev1.EventTypeNormal, reasons[1], action, "%s: %s", now.Type, now.Description)
	case gardencorev1beta1.LastOperationStateError, gardencorev1beta1.LastOperationStateFailed:
		r.Recorder.Eventf(after, nil, corev1.EventTypeWarning, reasons[2], action, "%s %s: %s", now.Type, now.State, now.Description)
	}
}
