// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubeceptioncluster prepares the place where the local machines of a cluster run: a namespace of the host
// cluster. It names the failure domains, collects what belongs to no machine any more, and takes the namespace away when
// the cluster is deleted.
//
// It does not wait for the endpoint of the control plane, nor give one: a hosted control plane has its own.
package kubeceptioncluster
