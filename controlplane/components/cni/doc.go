// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package cni is the network of pods. It needs kube-apiserver; no node is ready without a network.
//
// Flannel is rendered here, from its settings. Calico and Cilium have charts with hundreds of settings, which change
// with their versions: users bring the manifests that these charts make, and this package checks and delivers them.
package cni
