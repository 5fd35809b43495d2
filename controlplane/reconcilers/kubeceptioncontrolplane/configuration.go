// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/network"
)

// defaultReplicas is the number of API servers when the spec says nothing. One is replaced without refused
// requests, because a new instance is ready before the old one goes.
const defaultReplicas = 1

// reconcileConfiguration makes the input of the components from the spec, the Cluster and what they refer to.
// A configuration that cannot be carried out leaves the running control plane as it is.
func (r *Reconciler) reconcileConfiguration(ctx context.Context, s *scope) (phaseResult, error) {
	spec := s.controlPlane.Spec
	if err := kubernetes.Supported(spec.Version); err != nil {
		return s.invalid("spec.version: " + err.Error()), nil
	}
	networks, err := network.Effective(s.cluster.Spec.ClusterNetwork)
	if err != nil {
		return s.invalid(err.Error()), nil
	}
	references, err := r.readReferences(ctx, s.controlPlane)
	if err != nil {
		var missing *referenceError
		if errors.As(err, &missing) {
			s.isFalse(controlplanev1.ConfigurationValidCondition, controlplanev1.ReferenceMissingReason, missing.Error())
			return stop(), nil // Secrets and ConfigMaps are watched.
		}
		return phaseResult{}, err
	}

	s.input = &component.Input{
		ClusterName:      s.cluster.Name,
		ClusterNamespace: s.cluster.Namespace,
		Namespace:        s.seedNamespace(),
		Version:          spec.Version,
		Replicas:         effectiveReplicas(spec.Replicas),
		Configuration:    spec.KubeceptionControlPlaneConfiguration,
		Network: component.Network{
			PodCIDRs:             network.Texts(networks.Pods),
			ServiceCIDRs:         network.Texts(networks.Services),
			DNSDomain:            networks.Domain,
			KubernetesServiceIPs: networks.KubernetesServiceIPs(),
		},
		References: references,
		Images:     r.Images,
	}
	if s.input.Workers, err = r.workers(ctx, s.user.Cluster); err != nil {
		return phaseResult{}, err
	}
	s.isTrue(controlplanev1.ConfigurationValidCondition, controlplanev1.ConfigurationValidReason)
	var wait time.Duration
	s.input.RolloutAfter, wait = dueRollout(spec.Rollout.After, s.now)
	return nextAndAgain(wait), nil
}

// invalid reports a configuration that cannot be carried out.
func (s *scope) invalid(message string) phaseResult {
	s.isFalse(controlplanev1.ConfigurationValidCondition, controlplanev1.ConfigurationInvalidReason, message)
	return stop() // A change of the spec or of the Cluster is watched.
}

func effectiveReplicas(replicas *int32) int32 {
	if replicas == nil {
		return defaultReplicas
	}
	return *replicas
}

// dueRollout returns the requested restart once its time has come, and before that the time until it does.
func dueRollout(after metav1.Time, now time.Time) (*metav1.Time, time.Duration) {
	switch {
	case after.IsZero():
		return nil, 0
	case after.After(now):
		return nil, after.Sub(now)
	default:
		return &after, 0
	}
}

// reconcileVersion refuses a way to the desired version that Kubernetes does not support, also where no admission
// webhook did. It compares with what runs, not with what was asked for before.
func (r *Reconciler) reconcileVersion(ctx context.Context, s *scope) (phaseResult, error) {
	running, err := component.RunningVersion(ctx, s.seed.Client, s.seedNamespace())
	if err != nil {
		return phaseResult{}, fmt.Errorf("read the running version: %w", err)
	}
	s.running = running
	if running == "" {
		return next(), nil
	}
	if err := kubernetes.CheckUpgrade(running, s.controlPlane.Spec.Version); err != nil {
		return s.invalid("spec.version: " + err.Error()), nil
	}
	return next(), nil
}
