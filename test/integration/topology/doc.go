// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package topology tells stories about Gardener's API: real API servers of every supported minor with our CRDs, the manager of
// the topology layer with its webhooks beside each, and a real kube-controller-manager for what Kubernetes does itself:
// aggregation of roles, quotas, deletion of namespaces.
package topology
