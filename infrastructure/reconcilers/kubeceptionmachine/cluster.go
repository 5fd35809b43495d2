// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachine

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/cluster-api/util/conditions"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/hosts"
)

// reconcileCluster waits until the place for machines is prepared.
func (r *Reconciler) reconcileCluster(_ context.Context, s *scope) (bool, error) {
	switch ref := s.cluster.Spec.InfrastructureRef; {
	case s.infraCluster == nil && ref.Kind != "KubeceptionCluster":
		s.stuck(infrav1.ClusterInfrastructureInvalidReason, fmt.Sprintf(
			"The infrastructure of Cluster %s is %q; local machines need a KubeceptionCluster", s.cluster.Name, ref.Kind))
		return false, nil
	case s.infraCluster == nil, !ptr.Deref(s.cluster.Status.Initialization.InfrastructureProvisioned, false):
		s.waits(infrav1.WaitingForClusterInfrastructureReason, "Waiting for KubeceptionCluster "+ref.Name+" to be provisioned")
		return false, nil
	}
	return true, nil
}

// reconcileHost connects to the host cluster. While it is out of reach the machine runs on unattended.
func (r *Reconciler) reconcileHost(ctx context.Context, s *scope) (bool, error) {
	err := r.connect(ctx, s)
	if err == nil {
		return true, nil
	}
	if condition, known := hosts.Problem(err, conditions.IsTrue(s.infraMachine, infrav1.HostReachableCondition)); known {
		conditions.Set(s.infraMachine, condition)
		return false, nil // The connection calls again; Secrets are watched.
	}
	return false, err
}

func (r *Reconciler) connect(ctx context.Context, s *scope) error {
	host, err := r.Hosts.Get(ctx, s.reference(), s.user())
	if err != nil {
		return err
	}
	s.host = host
	s.set(infrav1.HostReachableCondition, metav1.ConditionTrue, infrav1.HostReachableReason, "")
	return nil
}
