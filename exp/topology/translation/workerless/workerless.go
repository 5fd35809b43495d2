// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package workerless translates for Shoots without workers, of whatever provider type: there are no machines, and nothing is
// needed of an infrastructure.
package workerless

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// Type is part of the names of classes. No profile has this type.
const Type = "workerless"

// Provider translates for Shoots without workers.
type Provider struct{}

var _ provider.Provider = Provider{}

// Type returns "workerless".
func (Provider) Type() string { return Type }

// Class has no machines. Every ClusterClass needs an infrastructure; that of local machines is nothing as long as there are
// none.
func (Provider) Class(provider.Profile) (provider.Class, field.ErrorList) {
	cluster := &infrav1.KubeceptionClusterTemplate{}
	cluster.SetGroupVersionKind(infrav1.GroupVersion.WithKind("KubeceptionClusterTemplate"))
	return provider.Class{Infrastructure: cluster}, nil
}

// Cluster is nothing.
func (Provider) Cluster(provider.Shoot) (provider.Cluster, field.ErrorList) {
	return provider.Cluster{}, nil
}

// Pool refuses the pool.
func (Provider) Pool(
	_ provider.Shoot, _ *gardencorev1beta1.Worker, _ string, path *field.Path,
) (provider.Pool, field.ErrorList) {
	return provider.Pool{}, field.ErrorList{field.Forbidden(path, "a cluster without workers cannot get any; create another one")}
}
