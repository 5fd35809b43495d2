// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package network is who may connect to whom in the namespace of a control plane. It needs nothing.
//
// Everything is denied, inward and outward, and opened per connection: a pod asks for a connection by a label
// wiring.AllowTo(peer), and the policies here turn the label into rules on both ends. A new component that serves
// others adds a line to servers; one that only connects needs its labels and nothing here.
//
// The kubelet's probes come from the node, which network policies leave alone.
package network
