// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubeceptionconfig says in what order the bootstrap data of a machine comes to be, and keeps the token in it
// valid until the machine has used it.
//
// Bootstrap data is made once for a Machine and never touched again, whatever becomes of its KubeceptionConfig; that of
// a MachinePool is made anew with each of its tokens. The token is kept in the Secret with the data and nowhere else in
// the management cluster. That Secret is written before the token is known to the workload cluster, so that a
// controller that is restarted in between goes on with the same token.
package kubeceptionconfig
