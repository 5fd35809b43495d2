// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"github.com/kubeception/cluster-api-provider-kubeception/internal/names"
)

// ClusterNamespace is the namespace of the Cluster of a Shoot. Members of the project cannot read it: the contract of Cluster
// API puts keys there. The Cluster has the name of the Shoot.
func ClusterNamespace(project, shoot string) string { return names.Namespace("capi", project, shoot) }
