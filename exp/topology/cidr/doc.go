// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package cidr is the arithmetic of the networks of seeds and shoots: which ranges may lie where, which are kept for the
// control plane, and how many nodes and pods fit into them.
//
// Ranges of a shoot may overlap with those of its seed where they are IPv4, because addresses of one are never routed in the
// other; IPv6 ranges may not, because they are global.
package cidr
