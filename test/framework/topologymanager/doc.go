// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package topologymanager runs the real manager of the topology layer as a process of its own for an API server of tests: the
// program that users run, with the permissions that its manifests give it, and with its webhooks.
package topologymanager
