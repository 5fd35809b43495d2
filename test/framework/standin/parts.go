// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package standin

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// holdPeriod is the time between two looks at whether a test still holds an object.
const holdPeriod = 100 * time.Millisecond

// druidFinalizer keeps an Etcd until etcd-druid has removed what it made.
const druidFinalizer = "druid.gardener.cloud/etcd-druid"

var later = ctrl.Result{RequeueAfter: holdPeriod}

// done ignores what an outdated cache leads to; the next event brings the object again.
func done(err error) (ctrl.Result, error) {
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) || apierrors.IsAlreadyExists(err) {
		return later, nil
	}
	return ctrl.Result{}, err
}

// runEtcd makes an Etcd ready, or lets it go.
func (s *Seed) runEtcd(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	etcd := &druidv1alpha1.Etcd{}
	if err := s.client.Get(ctx, req.NamespacedName, etcd); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if etcd.DeletionTimestamp.IsZero() && controllerutil.AddFinalizer(etcd, druidFinalizer) {
		return done(s.client.Update(ctx, etcd))
	}
	if s.holds(req.Namespace, Etcds) {
		return later, nil
	}
	if !etcd.DeletionTimestamp.IsZero() {
		controllerutil.RemoveFinalizer(etcd, druidFinalizer)
		return done(s.client.Update(ctx, etcd))
	}
	if ptr.Deref(etcd.Status.ObservedGeneration, 0) == etcd.Generation {
		return ctrl.Result{}, nil
	}
	etcd.Status.ObservedGeneration = &etcd.Generation
	etcd.Status.Replicas, etcd.Status.ReadyReplicas, etcd.Status.CurrentReplicas = etcd.Spec.Replicas, etcd.Spec.Replicas, etcd.Spec.Replicas
	etcd.Status.Ready = ptr.To(true)
	etcd.Status.Conditions = nil
	for _, kind := range []druidv1alpha1.ConditionType{
		druidv1alpha1.ConditionTypeReady, druidv1alpha1.ConditionTypeAllMembersReady, druidv1alpha1.ConditionTypeAllMembersUpdated,
	} {
		etcd.Status.Conditions = append(etcd.Status.Conditions, druidv1alpha1.Condition{
			Type: kind, Status: druidv1alpha1.ConditionTrue, Reason: "Played", Message: "Played",
			LastTransitionTime: metav1.Now(), LastUpdateTime: metav1.Now(),
		})
	}
	return done(s.client.Status().Update(ctx, etcd))
}

// rollOut brings a Deployment to its desired state in one step: one ReplicaSet for each pod template, the last of
// which has all pods. What is in kube-system is not hosted: a cluster may be a seed and a workload cluster of tests.
func (s *Seed) rollOut(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	if req.Namespace == metav1.NamespaceSystem {
		return ctrl.Result{}, nil
	}
	deployment := &appsv1.Deployment{}
	if err := s.client.Get(ctx, req.NamespacedName, deployment); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if s.holds(req.Namespace, Deployments) {
		return later, nil
	}
	replicas := ptr.Deref(deployment.Spec.Replicas, 1)
	if deployment.Status.ObservedGeneration == deployment.Generation {
		return ctrl.Result{}, nil
	}
	if err := s.replace(ctx, deployment, replicas); err != nil {
		return done(err)
	}
	deployment.Status = appsv1.DeploymentStatus{
		ObservedGeneration: deployment.Generation, Replicas: replicas, UpdatedReplicas: replicas,
		ReadyReplicas: replicas, AvailableReplicas: replicas,
	}
	return done(s.client.Status().Update(ctx, deployment))
}

func (s *Seed) replace(ctx context.Context, deployment *appsv1.Deployment, replicas int32) error {
	hash := fnv.New32a()
	fmt.Fprint(hash, deployment.Spec.Template.String())
	current := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{
		Namespace: deployment.Namespace, Name: fmt.Sprintf("%s-%x", deployment.Name, hash.Sum32()),
	}}
	list := &appsv1.ReplicaSetList{}
	if err := s.client.List(ctx, list, client.InNamespace(deployment.Namespace), client.MatchingLabels(deployment.Spec.Selector.MatchLabels)); err != nil {
		return err
	}
	for i := range list.Items {
		if list.Items[i].Name != current.Name {
			if err := client.IgnoreNotFound(s.client.Delete(ctx, &list.Items[i])); err != nil {
				return err
			}
		}
	}
	if err := client.IgnoreNotFound(s.client.Get(ctx, client.ObjectKeyFromObject(current), current)); err != nil {
		return err
	}
	if current.UID == "" {
		current.Labels = deployment.Spec.Template.Labels
		current.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(deployment, appsv1.SchemeGroupVersion.WithKind("Deployment"))}
		current.Spec = appsv1.ReplicaSetSpec{Replicas: &replicas, Selector: deployment.Spec.Selector, Template: deployment.Spec.Template}
		if err := s.client.Create(ctx, current); err != nil {
			return err
		}
	}
	if current.Status.Replicas == replicas {
		return nil
	}
	current.Status.Replicas = replicas
	return s.client.Status().Update(ctx, current)
}

// balance gives a Service of type LoadBalancer an address, at which an API server answers.
func (s *Seed) balance(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	service := &corev1.Service{}
	if err := s.client.Get(ctx, req.NamespacedName, service); err != nil {
		s.stopServer(req.NamespacedName)
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if service.Spec.Type != corev1.ServiceTypeLoadBalancer || len(service.Status.LoadBalancer.Ingress) > 0 {
		return ctrl.Result{}, nil
	}
	if s.holds(req.Namespace, LoadBalancers) {
		return later, nil
	}
	address, err := s.startServer(ctx, req.NamespacedName, service.Spec.Ports[0].Port)
	if err != nil {
		return ctrl.Result{}, err
	}
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address}}
	return done(s.client.Status().Update(ctx, service))
}

// finish lets a deleted namespace go. Its objects stay behind: nothing else deletes them here.
func (s *Seed) finish(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	namespace := &corev1.Namespace{}
	if err := s.client.Get(ctx, req.NamespacedName, namespace); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if namespace.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	if s.holds(req.Name, Namespaces) {
		return later, nil
	}
	namespace.Spec.Finalizers = nil
	return done(s.client.SubResource("finalize").Update(ctx, namespace))
}
