// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package bootstrap tells stories about the bootstrap provider beside the real core provider of Cluster API, on real API
// servers. Each test is a story of its own.
//
// There are two clusters: the management cluster, and one that all stories have as their workload cluster. The latter
// has a real kube-controller-manager, which approves and signs what kubelets ask for and removes tokens that have
// expired. No machine exists: a test plays the kubelet, with the token and the authority that it finds in the
// bootstrap data, and the infrastructure. The control plane is only its status, which a test writes.
package bootstrap
