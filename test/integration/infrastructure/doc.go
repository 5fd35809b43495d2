// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package infrastructure tells stories about local machines beside the real core provider of Cluster API, on real API
// servers. Each test is a story of its own: one rule of the contract, or one thing that goes wrong and what the user is
// told. What has no node to run on, machine pods above all, is played by test/framework/standin.
//
// There are two API servers: the management cluster, which also hosts machines, and the workload cluster that all
// Clusters of all stories are, which is also another host. All stories share them and run in parallel, each in a
// namespace of its own.
package infrastructure
