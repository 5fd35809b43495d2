// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package seeds connects the control-plane provider to the clusters that host control planes.
//
// Every seed in use has one connection (see internal/connections) with a cache of the objects that carry our cluster
// label, shared by all control planes on it; the management cluster is a seed like any other.
//
// The package also prepares a seed (priority class, completion of etcd-druid's pods) and the namespace of each
// control plane in it.
package seeds
