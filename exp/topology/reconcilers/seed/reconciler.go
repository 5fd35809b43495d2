// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seed

import (
	"context"
	"fmt"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

// Finalizer keeps a Seed while Shoots are on it. It is the one that Gardener sets.
const Finalizer = gardencorev1beta1.GardenerName

// Settings are the operator's choices for all Seeds.
type Settings struct {
	// Capacity is how many Shoots a seed may have whose annotation does not say.
	Capacity int64
	// HeartbeatPeriod is the time between two looks at a seed.
	HeartbeatPeriod time.Duration
	// MonitorPeriod is the time without an answer after which a seed is not ready any more.
	MonitorPeriod time.Duration
}

// Reconciler watches over Seeds.
type Reconciler struct {
	// Client reads from the manager's cache and writes.
	Client client.Client
	// Live reads what is not cached: Secrets.
	Live client.Reader
	// Connections lead to the seeds; see Connect.
	Connections *connections.Connections[Facts]
	// Recorder emits events.
	Recorder events.EventRecorder
	// Settings are the operator's choices.
	Settings Settings
	// Now is the clock.
	Now func() time.Time
}

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=seeds,verbs=get;list;watch;patch;update
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=seeds/status,verbs=patch;update
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=seeds/finalizers,verbs=update
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots,verbs=get;list;watch
// +kubebuilder:rbac:groups=coordination.k8s.io,resources=leases,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch;create
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile looks at one seed, and comes back after the heartbeat period.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	seed := &gardencorev1beta1.Seed{}
	if err := r.Client.Get(ctx, req.NamespacedName, seed); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !seed.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.reconcileDelete(ctx, seed)
	}
	if !controllerutil.ContainsFinalizer(seed, Finalizer) {
		before := seed.DeepCopy()
		controllerutil.AddFinalizer(seed, Finalizer)
		_, err := apply.Merge(ctx, r.Client, before, seed)
		return ctrl.Result{}, err // The change is watched.
	}
	seen, err := r.observe(ctx, seed)
	if err != nil {
		return ctrl.Result{}, err
	}
	before := seed.DeepCopy()
	setStatus(seed, seen, r.Settings)
	r.recordTransition(before, seed)
	if _, err := apply.MergeStatus(ctx, r.Client, before, seed); err != nil {
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: r.Settings.HeartbeatPeriod}, nil
}

// observe looks at the seed, and renews its Lease if it answers.
func (r *Reconciler) observe(ctx context.Context, seed *gardencorev1beta1.Seed) (observation, error) {
	seen := observation{now: r.Now(), backup: r.checkBackup(ctx, seed)}
	renewed, lease, err := r.lastRenewal(ctx, seed)
	if err != nil {
		return observation{}, err
	}
	seen.renewed = renewed
	if seen.failure = r.look(ctx, seed, &seen); seen.failure != nil {
		return seen, nil
	}
	return seen, r.renew(ctx, seed, lease, seen.now)
}

// look asks the seed who and what it is.
func (r *Reconciler) look(ctx context.Context, seed *gardencorev1beta1.Seed, seen *observation) error {
	reference, err := ReferenceOf(seed)
	if err != nil {
		return err
	}
	cluster, err := r.Connections.Get(ctx, reference, userOf(seed))
	if err != nil {
		return err
	}
	if was := ptr.Deref(seed.Status.ClusterIdentity, cluster.ID); was != cluster.ID {
		return &otherClusterError{was: was, is: cluster.ID}
	}
	seen.identity = cluster.ID
	seen.version, err = cluster.Version(ctx)
	return err
}

func userOf(seed *gardencorev1beta1.Seed) connections.User {
	key := client.ObjectKey{Name: seed.Name}
	return connections.User{Owner: key, Request: reconcile.Request{NamespacedName: key}}
}

// checkBackup returns what is wrong with where backups are to be, or with their credentials.
func (r *Reconciler) checkBackup(ctx context.Context, seed *gardencorev1beta1.Seed) error {
	backup, problems := translation.BackupOf(seed)
	if len(problems) > 0 {
		return &backupError{problems}
	}
	if backup == nil {
		return nil
	}
	credentials := &corev1.Secret{}
	err := r.Live.Get(ctx, backup.Secret, credentials)
	if apierrors.IsNotFound(err) {
		return fmt.Errorf("the Secret %s of spec.backup.credentialsRef does not exist; create it", backup.Secret)
	}
	if err != nil {
		return fmt.Errorf("get the Secret %s of spec.backup.credentialsRef: %w", backup.Secret, err)
	}
	if _, problems := backup.Credentials(credentials.Data); len(problems) > 0 {
		return problems.ToAggregate()
	}
	return nil
}

// reconcileDelete lets a Seed go that no Shoot is on. The webhook refuses the deletion of others, but cannot see a Shoot
// that comes at the same moment.
func (r *Reconciler) reconcileDelete(ctx context.Context, seed *gardencorev1beta1.Seed) error {
	if !controllerutil.ContainsFinalizer(seed, Finalizer) {
		return nil
	}
	shoots := &gardencorev1beta1.ShootList{}
	if err := r.Client.List(ctx, shoots, client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("list Shoots: %w", err)
	}
	for i := range shoots.Items {
		if IsOn(&shoots.Items[i], seed.Name) {
			r.Recorder.Eventf(seed, nil, corev1.EventTypeWarning, "InUse", "Delete", "Shoot %s/%s is on this seed; delete or move it first",
				shoots.Items[i].Namespace, shoots.Items[i].Name)
			return nil // Shoots are watched.
		}
	}
	if reference, err := ReferenceOf(seed); err == nil {
		r.Connections.Release(reference, userOf(seed))
	}
	before := seed.DeepCopy()
	controllerutil.RemoveFinalizer(seed, Finalizer)
	_, err := apply.Merge(ctx, r.Client, before, seed) // The Lease goes with its owner.
	return err
}

// IsOn reports whether a Shoot has its control plane on a seed, or is to have it there.
func IsOn(shoot *gardencorev1beta1.Shoot, seed string) bool {
	return ptr.Deref(shoot.Spec.SeedName, "") == seed || ptr.Deref(shoot.Status.SeedName, "") == seed
}

// recordTransition emits an event when a seed becomes ready, or not ready.
func (r *Reconciler) recordTransition(before, after *gardencorev1beta1.Seed) {
	was, is := find(before.Status.Conditions, gardencorev1beta1.GardenletReady), find(after.Status.Conditions, gardencorev1beta1.GardenletReady)
	if is == nil || was != nil && was.Status == is.Status {
		return
	}
	kind := corev1.EventTypeNormal
	if is.Status != gardencorev1beta1.ConditionTrue {
		kind = corev1.EventTypeWarning
	}
	r.Recorder.Eventf(after, nil, kind, is.Reason, "Heartbeat", "%.900s", is.Message)
}
