// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package udp takes the place of flannel's backend of that name when flannel is
// built here. That backend forwards packets in user space, in C, for kernels
// without VXLAN.
package udp
