// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubeceptionmachine makes local machines, watches over them and takes them away.
//
// A machine is made exactly once, whatever dies when. Its pod is created with a gate that keeps it from running, its
// provider ID is written, and only then the gate is removed. So a pod that nobody recorded has never run and may be made
// again, and a recorded one that is gone has existed: the machine has failed, and is replaced by whoever owns it.
package kubeceptionmachine
