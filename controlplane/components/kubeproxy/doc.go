// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubeproxy is kube-proxy, which leads Services to pods. It needs kube-apiserver, and runs on every node in the
// version of the node's kubelet: one DaemonSet for each version in use, selected by a label of the nodes.
//
// The default mode is iptables, because the machines are the user's: it works with every kernel, while nftables needs
// Linux 5.13. ipvs is deprecated by Kubernetes and not offered.
package kubeproxy
