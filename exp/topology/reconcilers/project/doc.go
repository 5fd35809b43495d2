// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package project brings Projects to their state: the namespace, what members may do in it and with the Project itself,
// the default ResourceQuota, and the end of Projects that nobody uses.
//
// Names of roles and bindings are Gardener's, because people and tools bind to them. The roles that are the same in all
// Projects are aggregated: who wants members to do more labels a ClusterRole of his own.
package project
