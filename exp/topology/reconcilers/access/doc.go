// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package access gives the groups of kubeconfigs, which package access of the topology layer issues, their meaning in workload
// clusters: a ClusterRole and ClusterRoleBindings.
//
// They are delivered by a ClusterResourceSet of Cluster API, which has a connection to every Cluster anyway, also to those without
// workers. The control plane provider knows no Shoots, and its own delivery does not run for workerless control planes; the engine
// of internal/targets would need a connection from this manager to every cluster for five objects that rarely change. The price: what
// somebody deletes of them in his cluster comes back when it changes, not at once. Who has the cluster's own kubeconfig can.
package access
