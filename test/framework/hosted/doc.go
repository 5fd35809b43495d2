// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package hosted makes and uses hosted control planes in tests on a real seed: it creates Clusters, waits for what a
// user would wait for, and talks to the API servers through the kubeconfig that Cluster API publishes.
package hosted
