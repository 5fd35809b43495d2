// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package shoots

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// player makes control planes and infrastructures ready as soon as they are made.
type player struct{ client.Client }

func play(mgr ctrl.Manager) error {
	p := &player{mgr.GetClient()}
	changed := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	if err := ctrl.NewControllerManagedBy(mgr).For(&controlplanev1.KubeceptionControlPlane{}, changed).Complete(reconcile.Func(p.controlPlane)); err != nil {
		return err
	}
	return ctrl.NewControllerManagedBy(mgr).For(&infrav1.KubeceptionCluster{}, changed).Complete(reconcile.Func(p.infrastructure))
}

func (p *player) controlPlane(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	controlPlane := &controlplanev1.KubeceptionControlPlane{}
	if err := p.Get(ctx, req.NamespacedName, controlPlane); err != nil || !controlPlane.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	cluster := controlPlane.Labels[clusterv1.ClusterNameLabel]
	ca := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: req.Namespace, Name: cluster + "-ca", OwnerReferences: []metav1.OwnerReference{
			*metav1.NewControllerRef(controlPlane, controlplanev1.GroupVersion.WithKind("KubeceptionControlPlane")),
		}},
		Data: map[string][]byte{"tls.crt": []byte("a certificate"), "tls.key": []byte("a key")},
	}
	if err := client.IgnoreAlreadyExists(p.Create(ctx, ca)); err != nil {
		return ctrl.Result{}, err
	}
	if controlPlane.Spec.ControlPlaneEndpoint.IsZero() {
		before := controlPlane.DeepCopy()
		controlPlane.Spec.ControlPlaneEndpoint = clusterv1.APIEndpoint{Host: "10.0.0.1", Port: 443}
		if err := p.Patch(ctx, controlPlane, client.MergeFrom(before)); err != nil {
			return ctrl.Result{}, err
		}
	}
	before := controlPlane.DeepCopy()
	replicas := ptr.Deref(controlPlane.Spec.Replicas, 1)
	status := &controlPlane.Status
	status.Initialization.ControlPlaneInitialized, status.ExternalManagedControlPlane = ptr.To(true), ptr.To(true)
	status.Replicas, status.ReadyReplicas, status.AvailableReplicas, status.UpToDateReplicas = &replicas, &replicas, &replicas, &replicas
	status.Version, status.ObservedGeneration = controlPlane.Spec.Version, controlPlane.Generation
	status.Versions = []clusterv1.StatusVersion{{Version: controlPlane.Spec.Version, Replicas: replicas}}
	status.Conditions = []metav1.Condition{{
		Type: "Available", Status: metav1.ConditionTrue, Reason: "Played", LastTransitionTime: metav1.Now(), ObservedGeneration: controlPlane.Generation,
	}}
	return ctrl.Result{}, p.Status().Patch(ctx, controlPlane, client.MergeFrom(before))
}

func (p *player) infrastructure(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	cluster := &infrav1.KubeceptionCluster{}
	if err := p.Get(ctx, req.NamespacedName, cluster); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	before := cluster.DeepCopy()
	cluster.Status.Initialization.Provisioned = ptr.To(true)
	for _, domain := range cluster.Spec.FailureDomains {
		cluster.Status.FailureDomains = append(cluster.Status.FailureDomains[:0:0], append(cluster.Status.FailureDomains, clusterv1.FailureDomain{Name: domain.Name, ControlPlane: ptr.To(false)})...)
	}
	return ctrl.Result{}, p.Status().Patch(ctx, cluster, client.MergeFrom(before))
}
