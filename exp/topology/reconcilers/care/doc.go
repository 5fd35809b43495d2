// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package care keeps the status of Shoots: what package status says after each change of the Shoot, its Cluster, its control
// plane, its MachineDeployments and its Machines. Everything is watched; a clock is set only for the moment at which the same
// observation means something else, as when a condition has been Progressing for its threshold. Events tell of operations that
// begin, succeed or fail. Nothing is written while nothing changes.
package care
