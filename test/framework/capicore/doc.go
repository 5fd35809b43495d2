// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package capicore runs the real core provider of Cluster API as a process beside a test API server: the controllers
// that own Clusters, ClusterClasses and Machines, with their webhooks. The program and its manifests are a part of
// the seed. Other providers of Cluster API run in the same way.
package capicore
