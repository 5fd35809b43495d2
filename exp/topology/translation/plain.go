// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ownVersionPools are plain MachineDeployments for the pools that name a version.
func (t *translator) ownVersionPools(*clusterv1.Cluster) []client.Object {
	return nil
}
