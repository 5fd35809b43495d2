// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/reconcilers/class"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
)

// SetupWithManager watches Shoots, what they become, and what decides about that.
func (r *Reconciler) SetupWithManager(_ context.Context, mgr ctrl.Manager, options controller.Options) error {
	made, referenced := handler.EnqueueRequestsFromMapFunc(ofLabels), handler.EnqueueRequestsFromMapFunc(r.ofReferenced)
	specified := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	changed := builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})
	err := ctrl.NewControllerManagedBy(mgr).
		Named("shoot-cluster").
		For(&gardencorev1beta1.Shoot{}, builder.WithPredicates(predicate.Or(class.ChangedOrResync(), operationOrConfirmation()))).
		Watches(&clusterv1.Cluster{}, made, builder.WithPredicates(notStatusAlone())).
		Watches(&clusterv1.MachineDeployment{}, made, builder.WithPredicates(plain(), predicate.ResourceVersionChangedPredicate{})).
		Watches(&corev1.Namespace{}, made, changed).
		WatchesMetadata(&corev1.Secret{}, referenced, changed).
		Watches(&corev1.ConfigMap{}, referenced, changed).
		Watches(&clusterv1.ClusterClass{}, r.ofShootsThat(usesClass), changed).
		Watches(&gardencorev1beta1.CloudProfile{}, r.ofShootsThat(usesProfile), specified).
		Watches(&gardencorev1beta1.NamespacedCloudProfile{}, r.ofShootsThat(usesProfile), specified).
		Watches(&gardencorev1beta1.Seed{}, r.ofShootsThat(isOnSeed), builder.WithPredicates(
			predicate.Or(predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{}))).
		Watches(&gardencorev1beta1.SecretBinding{}, r.ofShootsThat(usesSecretBinding), specified).
		Watches(&securityv1alpha1.CredentialsBinding{}, r.ofShootsThat(usesCredentialsBinding), specified).
		WithOptions(options).
		Complete(apply.Yielding(r))
	if err != nil {
		return fmt.Errorf("set up the controller that carries Shoots out: %w", err)
	}
	return nil
}

// operationOrConfirmation leaves Shoots whose user asks for something by an annotation.
func operationOrConfirmation() predicate.Predicate {
	return predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		for _, name := range []string{v1beta1constants.GardenerOperation, v1beta1constants.ConfirmationDeletion} {
			if value := e.ObjectNew.GetAnnotations()[name]; value != "" && value != e.ObjectOld.GetAnnotations()[name] {
				return true
			}
		}
		return false
	}}
}

// notStatusAlone leaves out changes of the status of a Cluster, except that its control plane answers for the first time.
func notStatusAlone() predicate.Predicate {
	initialized := predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		before, wasCluster := e.ObjectOld.(*clusterv1.Cluster)
		after, isCluster := e.ObjectNew.(*clusterv1.Cluster)
		return wasCluster && isCluster && hasControlPlane(before) != hasControlPlane(after)
	}}
	return predicate.Or[client.Object](
		predicate.GenerationChangedPredicate{}, predicate.LabelChangedPredicate{}, predicate.AnnotationChangedPredicate{}, initialized)
}

func hasControlPlane(cluster *clusterv1.Cluster) bool {
	return ptr.Deref(cluster.Status.Initialization.ControlPlaneInitialized, false)
}

// plain leaves out MachineDeployments that the topology of a Cluster made.
func plain() predicate.Predicate {
	return predicate.NewPredicateFuncs(func(object client.Object) bool {
		_, owned := object.GetLabels()[clusterv1.ClusterTopologyOwnedLabel]
		return !owned
	})
}

// ofLabels is the Shoot that an object was made for.
func ofLabels(_ context.Context, object client.Object) []reconcile.Request {
	labels := object.GetLabels()
	key := client.ObjectKey{Namespace: labels[translation.ShootNamespaceLabel], Name: labels[translation.ShootNameLabel]}
	if key.Namespace == "" || key.Name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: key}}
}

// ofReferenced are the Shoots that refer to an object, or that it was made for.
func (r *Reconciler) ofReferenced(ctx context.Context, object client.Object) []reconcile.Request {
	if made := ofLabels(ctx, object); made != nil {
		return made
	}
	kind := secretKind
	if _, isConfigMap := object.(*corev1.ConfigMap); isConfigMap {
		kind = configMapKind
	}
	users, err := r.usersOf(ctx, reference{kind, client.ObjectKeyFromObject(object)})
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "A change is not followed", "kind", kind, "name", object.GetName())
	}
	var out []reconcile.Request
	for key := range users {
		out = append(out, reconcile.Request{NamespacedName: key})
	}
	return out
}

// ofShootsThat calls for all Shoots with a seed of which something holds.
func (r *Reconciler) ofShootsThat(holds func(*gardencorev1beta1.Shoot, client.Object) bool) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, object client.Object) []reconcile.Request {
		shoots := &gardencorev1beta1.ShootList{}
		if err := r.Client.List(ctx, shoots, client.UnsafeDisableDeepCopy); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "Shoots are not brought up to date")
			return nil
		}
		var out []reconcile.Request
		for i := range shoots.Items {
			if shoots.Items[i].Spec.SeedName != nil && holds(&shoots.Items[i], object) {
				out = append(out, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&shoots.Items[i])})
			}
		}
		return out
	})
}

func usesClass(shoot *gardencorev1beta1.Shoot, object client.Object) bool {
	key := class.KeyOf(shoot)
	return key != nil && class.IsOf(object, *key)
}

func usesProfile(shoot *gardencorev1beta1.Shoot, profile client.Object) bool {
	key := class.KeyOf(shoot)
	return key != nil && *key == client.ObjectKeyFromObject(profile)
}

func isOnSeed(shoot *gardencorev1beta1.Shoot, seed client.Object) bool {
	return *shoot.Spec.SeedName == seed.GetName()
}

func usesSecretBinding(shoot *gardencorev1beta1.Shoot, binding client.Object) bool {
	return shoot.Namespace == binding.GetNamespace() && ptr.Deref(shoot.Spec.SecretBindingName, "") == binding.GetName()
}

func usesCredentialsBinding(shoot *gardencorev1beta1.Shoot, binding client.Object) bool {
	return shoot.Namespace == binding.GetNamespace() && ptr.Deref(shoot.Spec.CredentialsBindingName, "") == binding.GetName()
}
