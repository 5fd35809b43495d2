// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/patch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

// awsCluster is the infrastructure that waits for an endpoint on itself, and does not look at the Cluster, when it
// runs no load balancer of its own.
const (
	awsCluster           = "AWSCluster"
	awsClusterAPIVersion = "infrastructure.cluster.x-k8s.io/v1beta2"
)

// infrastructurePeriod is the time between two looks for infrastructure that cannot be given the endpoint yet. Its
// kind may not be installed, so it is not watched.
const infrastructurePeriod = 10 * time.Second

// informInfrastructure gives the endpoint to infrastructure that waits for it on its own object. It returns the time
// until it is to be tried again, or zero.
func (r *Reconciler) informInfrastructure(ctx context.Context, s *scope, endpoint clusterv1.APIEndpoint) (time.Duration, error) {
	ref := s.cluster.Spec.InfrastructureRef
	if ref.Kind != awsCluster {
		return 0, nil
	}
	infrastructure := &unstructured.Unstructured{}
	infrastructure.SetAPIVersion(awsClusterAPIVersion)
	infrastructure.SetKind(awsCluster)
	key := client.ObjectKey{Namespace: s.cluster.Namespace, Name: ref.Name}
	if err := r.Live.Get(ctx, key, infrastructure); err != nil {
		if apierrors.IsNotFound(err) {
			return infrastructurePeriod, nil // The Cluster controller reports it.
		}
		return 0, fmt.Errorf("get %s %s: %w", awsCluster, key, err)
	}
	if host, _, _ := unstructured.NestedString(infrastructure.Object, "spec", "controlPlaneEndpoint", "host"); host != "" {
		return 0, nil
	}
	loadBalancer, _, _ := unstructured.NestedString(infrastructure.Object, "spec", "controlPlaneLoadBalancer", "loadBalancerType")
	if loadBalancer != "disabled" {
		s.isFalse(controlplanev1.EndpointAvailableCondition, controlplanev1.EndpointConflictReason, fmt.Sprintf(
			"%s %s makes a load balancer for a control plane that is hosted elsewhere; set its spec.controlPlaneLoadBalancer.loadBalancerType to disabled", awsCluster, key))
		return infrastructurePeriod, nil
	}
	helper, err := patch.NewHelper(infrastructure, r.Client)
	if err != nil {
		return 0, fmt.Errorf("patch %s %s: %w", awsCluster, key, err)
	}
	if err := unstructured.SetNestedField(infrastructure.Object, map[string]any{
		"host": endpoint.Host, "port": int64(endpoint.Port),
	}, "spec", "controlPlaneEndpoint"); err != nil {
		return 0, fmt.Errorf("patch %s %s: %w", awsCluster, key, err)
	}
	if err := helper.Patch(ctx, infrastructure); err != nil {
		return 0, fmt.Errorf("patch %s %s: %w", awsCluster, key, err)
	}
	return 0, nil
}
