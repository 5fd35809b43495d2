// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package controlplane tells stories about the control-plane provider beside the real core provider of Cluster API,
// on real API servers. Each test is a story of its own: one rule of the contract, or one thing that goes wrong and
// what the user is told. What has no node to run on is played by test/framework/standin.
//
// There are two API servers: the management cluster, which is also a seed, runs the newest Kubernetes; the other
// seed runs the one before. All stories share them and run in parallel, each in a namespace of its own.
package controlplane
