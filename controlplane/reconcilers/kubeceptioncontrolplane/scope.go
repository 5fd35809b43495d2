// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/seeds"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/targets"
)

// scope is what one reconcile knows. Fields are set by the phase named with them.
type scope struct {
	cluster      *clusterv1.Cluster
	controlPlane *controlplanev1.KubeceptionControlPlane
	// before are the conditions at the start, to tell what changed.
	before []metav1.Condition
	now    time.Time
	user   seeds.User

	// input is made by reconcileConfiguration and completed by the phases after it.
	input *component.Input
	// running is the version that the API server in the seed was last told to run, or empty if there is none. It is
	// set by reconcileVersion.
	running string
	// roots is set by reconcileRoots.
	roots *pki.Roots
	// seed is set by reconcileSeed.
	seed *seeds.Seed
	// report is set by reconcileComponents.
	report *component.Report
	// targets is set by reconcileSystemComponents.
	targets targets.Report
}

func newScope(cluster *clusterv1.Cluster, controlPlane *controlplanev1.KubeceptionControlPlane, now time.Time) *scope {
	before := make([]metav1.Condition, len(controlPlane.Status.Conditions))
	copy(before, controlPlane.Status.Conditions)
	return &scope{
		cluster: cluster, controlPlane: controlPlane, before: before, now: now,
		user: seeds.User{
			Cluster: client.ObjectKeyFromObject(cluster),
			Request: ctrl.Request{NamespacedName: client.ObjectKeyFromObject(controlPlane)},
		},
	}
}

// seedNamespace is the namespace of the control plane in the seed.
func (s *scope) seedNamespace() string {
	return seeds.NamespaceName(s.controlPlane.Spec.Seed, s.user.Cluster)
}

// engine applies components in the seed.
func (s *scope) engine() *component.Engine {
	return &component.Engine{Client: s.seed.Client, APIReader: s.seed.Live}
}

// initialized reports whether the API server has answered once.
func (s *scope) initialized() bool {
	initialized := s.controlPlane.Status.Initialization.ControlPlaneInitialized
	return initialized != nil && *initialized
}

func (s *scope) isTrue(conditionType, reason string) {
	s.set(conditionType, metav1.ConditionTrue, reason, "")
}

func (s *scope) isFalse(conditionType, reason, message string) {
	s.set(conditionType, metav1.ConditionFalse, reason, message)
}

func (s *scope) isUnknown(conditionType, reason, message string) {
	s.set(conditionType, metav1.ConditionUnknown, reason, message)
}

func (s *scope) set(conditionType string, status metav1.ConditionStatus, reason, message string) {
	conditions.Set(s.controlPlane, metav1.Condition{Type: conditionType, Status: status, Reason: reason, Message: message})
}
