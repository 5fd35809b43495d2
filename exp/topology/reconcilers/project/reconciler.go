// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"context"
	"errors"
	"fmt"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	kerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// Finalizer keeps a Project until its namespace is released. It is the one that Gardener sets.
const Finalizer = gardencorev1beta1.GardenerName

// Settings are the operator's choices for all Projects.
type Settings struct {
	// ResourceQuota limits each namespace, for example count/shoots.core.gardener.cloud. Empty means no ResourceQuota.
	ResourceQuota corev1.ResourceList
	// MinimumLifetime is how long a Project may go unused before it is stale.
	MinimumLifetime time.Duration
	// StaleGracePeriod is how long a Project is stale before the time of its deletion is told.
	StaleGracePeriod time.Duration
	// StaleExpiration is how long a Project is stale before it is deleted.
	StaleExpiration time.Duration
	// StaleSyncPeriod is the time between two looks at whether a Project is used.
	StaleSyncPeriod time.Duration
}

// Reconciler brings Projects to their state.
type Reconciler struct {
	// Client reads from the manager's cache, which holds what this package writes, and writes.
	Client client.Client
	// Recorder emits events.
	Recorder events.EventRecorder
	// Settings are the operator's choices.
	Settings Settings
	// Now is the clock.
	Now func() time.Time
}

// Holding the rules of members' roles lets the manager hand them out without being allowed to make up others. Extension
// roles are aggregated from whatever carries their label: making and binding those takes escalate and bind.
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=projects,verbs=get;list;watch;patch;update;delete;manage-members
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=projects/status,verbs=patch;update
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=projects/finalizers,verbs=update
// +kubebuilder:rbac:groups=core.gardener.cloud,resources=shoots;secretbindings;quotas,verbs=get;list;watch
// +kubebuilder:rbac:groups=security.gardener.cloud,resources=credentialsbindings,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups="",resources=resourcequotas,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=clusterroles,verbs=get;list;watch;create;patch;delete;escalate;bind
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=clusterrolebindings;rolebindings,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile brings one Project towards its spec.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	project := &gardencorev1beta1.Project{}
	if err := r.Client.Get(ctx, req.NamespacedName, project); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !project.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.reconcileDelete(ctx, project)
	}
	if !controllerutil.ContainsFinalizer(project, Finalizer) {
		before := project.DeepCopy()
		controllerutil.AddFinalizer(project, Finalizer)
		_, err := apply.Merge(ctx, r.Client, before, project)
		return ctrl.Result{}, err // The change is watched.
	}
	namespace, err := r.reconcileContents(ctx, project)
	if err != nil {
		return ctrl.Result{}, r.fail(ctx, project, err)
	}
	return r.reconcileStatus(ctx, project, namespace)
}

// reconcileContents makes the namespace and everything in it, and returns it.
func (r *Reconciler) reconcileContents(ctx context.Context, project *gardencorev1beta1.Project) (*corev1.Namespace, error) {
	namespace, err := r.reconcileNamespace(ctx, project)
	if err != nil {
		return nil, err
	}
	if project.Spec.Namespace == nil {
		before := project.DeepCopy()
		project.Spec.Namespace = ptr.To(namespace.Name)
		if _, err := apply.Merge(ctx, r.Client, before, project); err != nil {
			return nil, err
		}
	}
	if err := r.reconcileQuota(ctx, project, namespace.Name); err != nil {
		return nil, err
	}
	wanted := permissions(project, namespace.Name)
	for _, object := range append(sharedRoles(), wanted...) {
		if _, _, err := apply.Apply(ctx, r.Client, object); err != nil {
			return nil, err
		}
	}
	return namespace, r.prune(ctx, project, wanted)
}

// fail notes why a Project does not get ready.
func (r *Reconciler) fail(ctx context.Context, project *gardencorev1beta1.Project, cause error) error {
	var problem *namespaceError
	if !errors.As(cause, &problem) {
		return cause // It is tried again, and nobody can help.
	}
	if project.Status.Phase != gardencorev1beta1.ProjectFailed || project.Status.ObservedGeneration != project.Generation {
		r.Recorder.Eventf(project, nil, corev1.EventTypeWarning, gardencorev1beta1.ProjectEventNamespaceReconcileFailed, "Reconcile", "%s", problem.message)
	}
	return r.setStatus(ctx, project, gardencorev1beta1.ProjectFailed, project.Status) // Namespaces are watched.
}

// reconcileStatus writes the phase and the use of a Project, and deletes it when nobody has used it for long.
func (r *Reconciler) reconcileStatus(ctx context.Context, project *gardencorev1beta1.Project, namespace *corev1.Namespace) (ctrl.Result, error) {
	live, err := r.getNamespace(ctx, namespace.Name)
	if err != nil {
		return ctrl.Result{}, err
	}
	if live == nil {
		live = namespace // The cache does not know it yet.
	}
	use, err := r.usageOf(ctx, live)
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("find out whether the project is used: %w", err)
	}
	status, expired := staleness(project, use, r.Settings)
	if err := r.setStatus(ctx, project, gardencorev1beta1.ProjectReady, status); err != nil {
		return ctrl.Result{}, err
	}
	if expired {
		if _, err := apply.Annotate(ctx, r.Client, project, map[string]*string{v1beta1constants.ConfirmationDeletion: ptr.To("true")}); err != nil {
			return ctrl.Result{}, err
		}
		_, err := apply.Delete(ctx, r.Client, project)
		return ctrl.Result{}, err
	}
	return ctrl.Result{RequeueAfter: r.Settings.StaleSyncPeriod}, nil
}

// setStatus writes a status with a phase, if that changes anything.
func (r *Reconciler) setStatus(
	ctx context.Context, project *gardencorev1beta1.Project, phase gardencorev1beta1.ProjectPhase, status gardencorev1beta1.ProjectStatus,
) error {
	before := project.DeepCopy()
	project.Status = status
	project.Status.Phase, project.Status.ObservedGeneration = phase, project.Generation
	_, err := apply.MergeStatus(ctx, r.Client, before, project)
	return err
}

// reconcileDelete releases the namespace of a Project once it has no Shoot any more.
func (r *Reconciler) reconcileDelete(ctx context.Context, project *gardencorev1beta1.Project) error {
	if !controllerutil.ContainsFinalizer(project, Finalizer) {
		return nil
	}
	shoots := &gardencorev1beta1.ShootList{}
	if err := r.Client.List(ctx, shoots, client.InNamespace(namespaceName(project)), client.Limit(1)); err != nil {
		return fmt.Errorf("list Shoots of the project: %w", err)
	}
	if err := r.setStatus(ctx, project, gardencorev1beta1.ProjectTerminating, project.Status); err != nil {
		return err
	}
	if len(shoots.Items) > 0 {
		r.Recorder.Eventf(project, nil, corev1.EventTypeWarning, gardencorev1beta1.ProjectEventNamespaceNotEmpty, "Delete",
			"namespace %s still has Shoots; delete them first", namespaceName(project))
		return nil // Shoots are watched.
	}
	released, err := r.releaseNamespace(ctx, project)
	if err != nil || !released {
		return err // The namespace is watched.
	}
	if err := r.deletePermissions(ctx, project); err != nil {
		return err
	}
	before := project.DeepCopy()
	controllerutil.RemoveFinalizer(project, Finalizer)
	_, err = apply.Merge(ctx, r.Client, before, project)
	return err
}

// prune deletes roles and bindings of a Project that it has no use for any more.
func (r *Reconciler) prune(ctx context.Context, project *gardencorev1beta1.Project, wanted []client.Object) error {
	keep, err := keysOf(r.Client.Scheme(), wanted)
	if err != nil {
		return err
	}
	existing, err := apply.List(ctx, r.Client, r.Client.Scheme(), permissionKinds, client.MatchingLabels(metadata(project, "").Labels))
	if err != nil {
		return err
	}
	_, err = apply.Prune(ctx, r.Client, existing, keep)
	return err
}

func (r *Reconciler) deletePermissions(ctx context.Context, project *gardencorev1beta1.Project) error {
	existing, err := apply.List(ctx, r.Client, r.Client.Scheme(), permissionKinds, client.MatchingLabels(metadata(project, "").Labels))
	if err != nil {
		return err
	}
	var problems []error
	for _, object := range existing {
		_, err := apply.Delete(ctx, r.Client, object)
		problems = append(problems, err)
	}
	return kerrors.NewAggregate(problems)
}
