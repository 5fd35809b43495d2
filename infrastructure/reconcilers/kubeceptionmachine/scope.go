// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachine

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/hosts"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/connections"
)

// scope is what one reconcile knows.
type scope struct {
	infraMachine *infrav1.KubeceptionMachine
	// before are the conditions at the start, to tell what changed.
	before []metav1.Condition
	// machine, cluster and infraCluster are nil if they do not exist, or do not know of the machine yet.
	machine      *clusterv1.Machine
	cluster      *clusterv1.Cluster
	infraCluster *infrav1.KubeceptionCluster

	// host is set by reconcileHost.
	host *hosts.Host
	// pod is set by reconcilePod.
	pod *corev1.Pod
}

func newScope(infraMachine *infrav1.KubeceptionMachine) *scope {
	return &scope{infraMachine: infraMachine, before: slices.Clone(infraMachine.Status.Conditions)}
}

// place is where the pod is or will be: as the KubeceptionCluster says or, when that is gone, as it was. It is zero if
// there is no such place.
func (s *scope) place() infrav1.MachineHost {
	place := s.infraMachine.Status.Host
	if s.infraCluster != nil {
		place.KubeconfigRef = s.infraCluster.Spec.KubeconfigRef
		place.Namespace = machine.NamespaceName(s.infraCluster.Spec.Namespace, client.ObjectKeyFromObject(s.cluster))
	}
	return place
}

// podKey is that of the pod, and of the Secret beside it.
func (s *scope) podKey() client.ObjectKey {
	return client.ObjectKey{Namespace: s.place().Namespace, Name: s.infraMachine.Name}
}

func (s *scope) reference() connections.Reference {
	return hosts.Reference(s.place().KubeconfigRef, s.infraMachine.Namespace)
}

func (s *scope) user() connections.User {
	key := client.ObjectKeyFromObject(s.infraMachine)
	return connections.User{Owner: key, Request: ctrl.Request{NamespacedName: key}}
}

func (s *scope) set(conditionType string, status metav1.ConditionStatus, reason, message string) {
	conditions.Set(s.infraMachine, metav1.Condition{Type: conditionType, Status: status, Reason: reason, Message: message})
}

// waits says that the pod does not run yet, but will.
func (s *scope) waits(reason, message string) {
	s.set(infrav1.PodRunningCondition, metav1.ConditionUnknown, reason, message)
}

// stuck says that the pod does not run, and will not without help.
func (s *scope) stuck(reason, message string) {
	s.set(infrav1.PodRunningCondition, metav1.ConditionFalse, reason, message)
}
