// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package network decides the networks of a workload cluster from what its Cluster says, for every provider alike.
package network
