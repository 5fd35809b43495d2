// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package konnectivity is the agents of the tunnel by which the API server reaches nodes, pods and Services of the
// workload cluster, so that no port of a node need be open. They run in the workload cluster and connect to the
// servers beside each API server, which package kubeapiserver renders, at the port wiring.KonnectivityPort of the
// published host.
//
// Each agent connects to all servers: it counts their Leases, so that one that starts beside another during a rollout
// has its tunnel within a second of being reachable.
package konnectivity
