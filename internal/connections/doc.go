// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package connections connects a provider to the clusters that hold what it makes: seeds with control planes, hosts with
// machines. A cluster is given by a Secret with a kubeconfig, or is the management cluster.
//
// Every cluster in use has one connection with a cache of what the provider reads there, shared by all users; the
// management cluster is a cluster like any other. Connecting never blocks a reconcile: Get answers ErrConnecting and the
// user is reconciled again when the connection stands, breaks or comes back.
package connections
