// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncluster

import (
	"slices"
	"time"

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
	cluster      *clusterv1.Cluster
	infraCluster *infrav1.KubeceptionCluster
	// before are the conditions at the start, to tell what changed.
	before []metav1.Condition
	now    time.Time
	// host is set by reconcileHost.
	host *hosts.Host
}

func newScope(cluster *clusterv1.Cluster, infraCluster *infrav1.KubeceptionCluster, now time.Time) *scope {
	return &scope{cluster: cluster, infraCluster: infraCluster, before: slices.Clone(infraCluster.Status.Conditions), now: now}
}

// key is that of the Cluster, as its objects in the host cluster are labelled.
func (s *scope) key() client.ObjectKey { return client.ObjectKeyFromObject(s.cluster) }

// namespace is that of the machines in the host cluster.
func (s *scope) namespace() string {
	return machine.NamespaceName(s.infraCluster.Spec.Namespace, s.key())
}

func (s *scope) reference() connections.Reference {
	return hosts.Reference(s.infraCluster.Spec.KubeconfigRef, s.infraCluster.Namespace)
}

func (s *scope) user() connections.User {
	return connections.User{
		Owner: s.key(), Request: ctrl.Request{NamespacedName: client.ObjectKeyFromObject(s.infraCluster)},
	}
}

func (s *scope) isTrue(conditionType, reason string) {
	s.set(conditionType, metav1.ConditionTrue, reason, "")
}

func (s *scope) isFalse(conditionType, reason, message string) {
	s.set(conditionType, metav1.ConditionFalse, reason, message)
}

func (s *scope) set(conditionType string, status metav1.ConditionStatus, reason, message string) {
	conditions.Set(s.infraCluster, metav1.Condition{Type: conditionType, Status: status, Reason: reason, Message: message})
}
