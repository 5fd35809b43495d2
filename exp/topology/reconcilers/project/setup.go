// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// permissionKinds are the kinds of what this package gives members.
var permissionKinds = []schema.GroupVersionKind{
	rbacv1.SchemeGroupVersion.WithKind("ClusterRole"),
	rbacv1.SchemeGroupVersion.WithKind("ClusterRoleBinding"),
	rbacv1.SchemeGroupVersion.WithKind("RoleBinding"),
}

// SetupWithManager watches Projects and what belongs to them.
func (r *Reconciler) SetupWithManager(_ context.Context, mgr ctrl.Manager, options controller.Options) error {
	b := ctrl.NewControllerManagedBy(mgr).For(&gardencorev1beta1.Project{})
	for _, owned := range []client.Object{&rbacv1.ClusterRole{}, &rbacv1.ClusterRoleBinding{}, &rbacv1.RoleBinding{}} {
		b.Owns(owned, builder.WithPredicates(predicate.ResourceVersionChangedPredicate{}))
	}
	err := b.
		Owns(&corev1.ResourceQuota{}, builder.WithPredicates(comeOrGone())). // What is used of it changes all the time.
		Watches(&corev1.Namespace{}, handler.EnqueueRequestsFromMapFunc(ofNamespace)).
		Watches(&gardencorev1beta1.Shoot{}, handler.EnqueueRequestsFromMapFunc(r.ofShoot), builder.WithPredicates(comeOrGone())).
		WithOptions(options).
		Complete(r)
	if err != nil {
		return fmt.Errorf("set up the controller for Projects: %w", err)
	}
	return nil
}

// comeOrGone leaves out changes.
func comeOrGone() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }}
}

// ofNamespace finds the Project that a namespace is for, by its label.
func ofNamespace(_ context.Context, namespace client.Object) []reconcile.Request {
	name := namespace.GetLabels()[v1beta1constants.ProjectName]
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Name: name}}}
}

// ofShoot finds the Project of a Shoot by the label of its namespace.
func (r *Reconciler) ofShoot(ctx context.Context, shoot client.Object) []reconcile.Request {
	namespace, err := r.getNamespace(ctx, shoot.GetNamespace())
	if err != nil || namespace == nil {
		return nil
	}
	return ofNamespace(ctx, namespace)
}

func keysOf(scheme *runtime.Scheme, objects []client.Object) (sets.Set[apply.Key], error) {
	keys := sets.New[apply.Key]()
	for _, object := range objects {
		key, err := apply.KeyOf(scheme, object)
		if err != nil {
			return nil, err
		}
		keys.Insert(key)
	}
	return keys, nil
}
