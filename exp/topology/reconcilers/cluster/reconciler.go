// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"slices"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/lookup"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/class"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

const (
	// Finalizer keeps a Shoot until what it became is gone. It is the one that Gardener sets.
	Finalizer = gardencorev1beta1.GardenerName
	// lookAgainPeriod is for Secrets that do not exist: what has no label yet cannot be watched.
	lookAgainPeriod = 30 * time.Second
)

// Reconciler carries Shoots out.
type Reconciler struct {
	// Client reads from the manager's cache and writes.
	Client client.Client
	// Direct reads and writes what is not cached: Secrets, templates, kinds of infrastructure providers.
	Direct client.Client
	// Recorder emits events.
	Recorder events.EventRecorder
	// ProviderOf translates a Shoot; nil if its provider type is not known.
	ProviderOf func(*gardencorev1beta1.Shoot) provider.Provider
	// Now is the clock.
	Now func() time.Time
}

// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots,verbs=get;list;watch;patch;update
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots/status,verbs=patch
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots/finalizers,verbs=update
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=seeds;cloudprofiles;namespacedcloudprofiles;projects;secretbindings,verbs=get;list;watch
// +kubebuilder:rbac:groups=security.gardener.cloud,resources=credentialsbindings,verbs=get;list;watch
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusterclasses,verbs=get;list;watch
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=clusters;machinedeployments;machinehealthchecks,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=cluster.x-k8s.io,resources=machinesets,verbs=list
// +kubebuilder:rbac:groups=bootstrap.cluster.x-k8s.io,resources=kubeceptionconfigtemplates,verbs=get;create;patch;delete
// +kubebuilder:rbac:groups=infrastructure.cluster.x-k8s.io,resources=kubeceptionmachinetemplates;awsmachinetemplates;awsclusterstaticidentities,verbs=get;create;patch;delete
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups="",resources=secrets;configmaps,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile carries one Shoot out.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	shoot := &gardencorev1beta1.Shoot{}
	if err := r.Client.Get(ctx, req.NamespacedName, shoot); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !shoot.DeletionTimestamp.IsZero() {
		before := shoot.DeepCopy()
		return r.report(ctx, before, shoot, r.reconcileDelete(ctx, shoot))
	}
	if shoot.Spec.SeedName == nil {
		return ctrl.Result{}, nil // It has no seed yet, and goes at once if it is deleted.
	}
	if err := r.accept(ctx, shoot); err != nil {
		return ctrl.Result{}, err
	}
	before := shoot.DeepCopy()
	return r.report(ctx, before, shoot, r.carryOut(ctx, shoot))
}

// accept puts the finalizer on a Shoot, and takes the annotation off that asked for this very look at it.
func (r *Reconciler) accept(ctx context.Context, shoot *gardencorev1beta1.Shoot) error {
	before := shoot.DeepCopy()
	controllerutil.AddFinalizer(shoot, Finalizer)
	asked := []string{v1beta1constants.GardenerOperationReconcile, v1beta1constants.ShootOperationRetry}
	if slices.Contains(asked, shoot.Annotations[v1beta1constants.GardenerOperation]) {
		delete(shoot.Annotations, v1beta1constants.GardenerOperation)
	}
	_, err := apply.Merge(ctx, r.Client, before, shoot)
	return err
}

// carryOut translates a Shoot and applies the result. In the status it notes what is known then.
func (r *Reconciler) carryOut(ctx context.Context, shoot *gardencorev1beta1.Shoot) error {
	p := r.ProviderOf(shoot)
	if p == nil {
		path := field.NewPath("spec", "provider", "type")
		return &refusal{field.ErrorList{field.Invalid(path, shoot.Spec.Provider.Type, "machines of this provider are not known here")}}
	}
	in, err := r.input(ctx, shoot, p)
	if in.Project != "" { // It is known before everything else that the Cluster needs.
		shoot.Status.TechnicalID = lookup.TechnicalID(in.Project, shoot)
		if shoot.Status.UID == "" { // It stays when the Shoot is restored elsewhere, as on Gardener; its backups have it in their name.
			shoot.Status.UID = shoot.UID
		}
	}
	if err != nil {
		return err
	}
	out, problems := translation.Translate(in, p)
	if len(problems) > 0 {
		return &refusal{problems}
	}
	shoot.Status.SeedName = shoot.Spec.SeedName
	cluster, err := r.apply(ctx, shoot, out)
	if err != nil {
		return err
	}
	return r.syncBack(ctx, shoot, cluster)
}

// report writes what came of a look at a Shoot, and says when to look again.
func (r *Reconciler) report(ctx context.Context, before, shoot *gardencorev1beta1.Shoot, cause error) (ctrl.Result, error) {
	if errors.Is(cause, errGone) {
		return ctrl.Result{}, nil
	}
	waiting := errors.Is(cause, class.ErrNotReady) || errors.Is(cause, errWaiting)
	if !waiting {
		problems := problemsOf(cause)
		if cause != nil && len(problems) == 0 {
			return ctrl.Result{}, cause // Users can do nothing about it.
		}
		if news := setProblems(&shoot.Status, problems, r.Now()); news {
			r.Recorder.Eventf(shoot, nil, corev1.EventTypeWarning, failedReason, "Translate", "%.900s", cause.Error())
		}
	}
	if _, err := apply.MergeStatus(ctx, r.Client, before, shoot); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	var missing *lookup.NotFoundError
	var refused *apply.Error
	switch {
	case errors.As(cause, &missing):
		return ctrl.Result{RequeueAfter: lookAgainPeriod}, nil
	case errors.As(cause, &refused):
		return ctrl.Result{}, cause // It may have been refused for a reason that passes.
	}
	return ctrl.Result{}, nil // Everything else is watched.
}
