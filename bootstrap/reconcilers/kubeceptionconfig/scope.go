// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionconfig

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// scope is what one reconcile knows. Fields are set by the phase named with them.
type scope struct {
	cluster *clusterv1.Cluster
	config  *bootstrapv1.KubeceptionConfig
	owner   *owner
	// before are the conditions at the start, to tell what changed.
	before []metav1.Condition
	now    time.Time

	// data is the Secret with the bootstrap data, and token the one in it. They are set by reconcileData.
	data  *corev1.Secret
	token token
	// workload talks to the workload cluster. It is nil while there is no connection. It is set by reconcileConnection.
	workload client.Client
}

func newScope(cluster *clusterv1.Cluster, config *bootstrapv1.KubeceptionConfig, owner *owner, now time.Time) *scope {
	return &scope{cluster: cluster, config: config, owner: owner, before: slices.Clone(config.Status.Conditions), now: now}
}

func (s *scope) isTrue(conditionType, reason string) {
	s.set(conditionType, metav1.ConditionTrue, reason, "")
}

func (s *scope) isFalse(conditionType, reason, message string) {
	s.set(conditionType, metav1.ConditionFalse, reason, message)
}

func (s *scope) set(conditionType string, status metav1.ConditionStatus, reason, message string) {
	conditions.Set(s.config, metav1.Condition{Type: conditionType, Status: status, Reason: reason, Message: message})
}

// used reports whether the machine has joined, or never will, and its token is known to be gone.
func (s *scope) used() bool {
	reason := conditions.GetReason(s.config, bootstrapv1.BootstrapTokenAvailableCondition)
	return !s.owner.pool() && reason == bootstrapv1.BootstrapTokenUsedReason && s.owner.joined ||
		s.owner.deleting && reason == bootstrapv1.BootstrapTokenWithdrawnReason
}

// created says that machines can be made.
func (s *scope) created() {
	s.config.Status.DataSecretName = s.config.Name
	s.config.Status.Initialization.DataSecretCreated = new(true)
	s.isTrue(bootstrapv1.DataSecretAvailableCondition, bootstrapv1.DataSecretAvailableReason)
}
