// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package care

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// infrastructurePeriod is the time between two looks at infrastructure that is not ready.
const infrastructurePeriod = 15 * time.Second

// infrastructureOf are the conditions of the infrastructure of a Cluster, as long as that is not ready: what went wrong stands
// there, and not in the Cluster. A kind that is not installed, or that the manager may not read, has none.
func (r *Reconciler) infrastructureOf(ctx context.Context, cluster *clusterv1.Cluster) ([]metav1.Condition, error) {
	reference := cluster.Spec.InfrastructureRef
	if !reference.IsDefined() || conditions.IsTrue(cluster, clusterv1.ClusterInfrastructureReadyCondition) {
		return nil, nil
	}
	mapping, err := r.Client.RESTMapper().RESTMapping(schema.GroupKind{Group: reference.APIGroup, Kind: reference.Kind})
	if meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up %s of %s: %w", reference.Kind, reference.APIGroup, err)
	}
	infrastructure := &unstructured.Unstructured{}
	infrastructure.SetGroupVersionKind(mapping.GroupVersionKind)
	err = r.Live.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: reference.Name}, infrastructure)
	if apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get %s %s/%s: %w", reference.Kind, cluster.Namespace, reference.Name, err)
	}
	found, err := conditions.UnstructuredGetAll(infrastructure)
	if err != nil {
		return nil, nil // Conditions of another form say nothing here.
	}
	return found, nil
}
