// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/scheduler"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

const (
	// bindTimeout is less than what lies between a leader that gives up and the next one.
	bindTimeout = 4 * time.Second
	// catchUpPeriod is the time between two comparisons of a new leader's cache with etcd.
	catchUpPeriod = 200 * time.Millisecond
	// newSeedPeriod is how long a Seed has to become ready before a Shoot says that it is not.
	newSeedPeriod = 5 * time.Second
)

// Reconciler gives Shoots their seeds. It works for one Shoot at a time.
type Reconciler struct {
	// Client reads from the manager's cache and writes.
	Client client.Client
	// Live reads etcd.
	Live client.Reader
	// Recorder emits events.
	Recorder events.EventRecorder
	// Strategy is how the nearest seeds are found.
	Strategy scheduler.Strategy
	// Now is the clock.
	Now func() time.Time

	// current is true once the cache of this leader has caught up with etcd.
	current bool
	bound   bindings
}

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots/status,verbs=patch
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots/binding,verbs=update
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=seeds;cloudprofiles;namespacedcloudprofiles;projects,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces;configmaps,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile gives one Shoot a seed, or says why there is none.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	shoot := &gardencorev1beta1.Shoot{}
	if err := r.Client.Get(ctx, req.NamespacedName, shoot); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !scheduler.IsFor(shoot) {
		delete(r.bound, shoot.UID) // The cache shows it.
		return ctrl.Result{}, r.clear(ctx, shoot)
	}
	if bound, known := r.bound[shoot.UID]; known {
		if bound.stored {
			return ctrl.Result{}, nil // The cache is behind.
		}
		if has, err := r.settle(ctx, shoot); err != nil || has {
			return ctrl.Result{}, err
		}
	}
	shoots, err := r.cachedShoots(ctx)
	if err != nil {
		return ctrl.Result{}, err
	}
	if current, err := r.caughtUp(ctx, shoots); err != nil || !current {
		return ctrl.Result{RequeueAfter: catchUpPeriod}, err
	}
	input, err := r.input(ctx, shoot)
	if err != nil {
		return ctrl.Result{}, r.fail(ctx, shoot, err)
	}
	input.Shoots = r.bound.usage(shoots)
	decision, err := scheduler.Select(input)
	if err != nil && slices.ContainsFunc(input.Seeds, func(seed gardencorev1beta1.Seed) bool { return isNew(&seed, r.Now()) }) {
		return ctrl.Result{RequeueAfter: newSeedPeriod}, nil // It is watched, too.
	}
	if err != nil {
		return ctrl.Result{}, r.fail(ctx, shoot, err)
	}
	return ctrl.Result{}, r.bind(ctx, shoot, decision)
}

// isNew reports whether a Seed has just been registered and may still become ready. Where a Shoot comes with its seed, it is no
// failure that this takes a moment.
func isNew(seed *gardencorev1beta1.Seed, now time.Time) bool {
	return !scheduler.IsTrue(seed.Status.Conditions, gardencorev1beta1.GardenletReady) && now.Sub(seed.CreationTimestamp.Time) < newSeedPeriod
}

// input reads all that a decision depends on, except for how much the seeds are used.
func (r *Reconciler) input(ctx context.Context, shoot *gardencorev1beta1.Shoot) (scheduler.Input, error) {
	in := scheduler.Input{Shoot: shoot, Strategy: r.Strategy}
	profile, err := lookup.ProfileOf(ctx, r.Client, shoot)
	if err != nil {
		return in, err
	}
	project, err := lookup.ProjectOf(ctx, r.Client, shoot.Namespace)
	if err != nil {
		return in, err
	}
	in.Project = project.Name
	if profile != nil {
		configMaps := &corev1.ConfigMapList{}
		err := r.Client.List(ctx, configMaps, client.InNamespace(v1beta1constants.GardenNamespace),
			client.MatchingLabels{v1beta1constants.SchedulingPurpose: v1beta1constants.SchedulingPurposeRegionConfig})
		if err != nil {
			return in, fmt.Errorf("list region ConfigMaps: %w", err)
		}
		in.Profile, in.Regions = profile.Spec, scheduler.Regions(configMaps.Items, profile.Name)
	}
	seeds := &gardencorev1beta1.SeedList{}
	if err := r.Client.List(ctx, seeds); err != nil {
		return in, fmt.Errorf("list Seeds: %w", err)
	}
	in.Seeds = seeds.Items
	return in, nil
}

// bind writes a decision.
func (r *Reconciler) bind(ctx context.Context, shoot *gardencorev1beta1.Shoot, decision scheduler.Decision) error {
	writing, cancel := context.WithTimeout(ctx, bindTimeout)
	defer cancel()
	before := shoot.DeepCopy()
	shoot.Spec.SeedName = ptr.To(decision.Seed)
	r.bound[shoot.UID] = binding{seed: decision.Seed} // A write that fails may have been stored, and counts until that is known.
	if _, err := apply.Merge(writing, r.Client, before, shoot); err != nil {
		return err
	}
	r.bound[shoot.UID] = binding{seed: decision.Seed, stored: true}
	r.Recorder.Eventf(shoot, nil, corev1.EventTypeNormal, gardencorev1beta1.EventSchedulingSuccessful, "Schedule", "Scheduled to seed %s", decision.Seed)
	return nil // The change is watched.
}

// fail tells a Shoot why it has no seed. What would help is watched, and calls again.
func (r *Reconciler) fail(ctx context.Context, shoot *gardencorev1beta1.Shoot, cause error) error {
	var failure *scheduler.Failure
	var missing *lookup.NotFoundError
	if !errors.As(cause, &failure) && !errors.As(cause, &missing) {
		return cause
	}
	before := shoot.DeepCopy()
	if changed := setFailure(&shoot.Status, cause, r.Now()); changed {
		r.Recorder.Eventf(shoot, nil, corev1.EventTypeWarning, gardencorev1beta1.EventSchedulingFailed, "Schedule", "%.900s", cause.Error())
	}
	_, err := apply.MergeStatus(ctx, r.Client, before, shoot)
	return err
}

// clear removes what an earlier failure left with a Shoot that has a seed now.
func (r *Reconciler) clear(ctx context.Context, shoot *gardencorev1beta1.Shoot) error {
	if shoot.Spec.SeedName == nil {
		return nil
	}
	before := shoot.DeepCopy()
	clearFailure(&shoot.Status, *shoot.Spec.SeedName, r.Now())
	_, err := apply.MergeStatus(ctx, r.Client, before, shoot)
	return err
}
