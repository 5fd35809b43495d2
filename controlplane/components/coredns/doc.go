// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package coredns is CoreDNS, the DNS of the workload cluster, at the tenth address of its Service range. It needs
// kube-apiserver; kubelets tell pods its address, and nodelocaldns asks it.
//
// Users add to it through the ConfigMap coredns-custom, as in Gardener: keys that end in .server are server blocks of
// their own, keys that end in .override are plugins of the default block. CoreDNS reads changes of both by itself.
package coredns
