// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package etcd is the two etcd clusters of a control plane, run by etcd-druid: Main for everything but events, with
// backups, and Events. They need nothing; the API server reads from them.
//
// Clients, members and the backup sidecar speak TLS from the first member on, so that growing to three members
// changes nothing else. An etcd that is run by somebody else is no component: the API server is given its address.
package etcd
