// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package nodelabels carries labels that may change from Machines to their nodes. A kubelet sets the labels of its
// configuration once, when it registers, and Cluster API copies labels of some domains alone; these are any others, and a
// change of them replaces no machine.
package nodelabels
