// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package envtest starts real API servers, one for each Kubernetes minor that
// the project supports, and nothing else: no controller, no node.
//
// A package of tests calls Run from TestMain and ranges over Servers in its tests.
// Servers start in parallel and are shared by all tests of the package. The
// binaries come from the parts of the seed, which builds what is missing; a
// folder with kube-apiserver and etcd named by KUBECEPTION_ASSETS_1_36 (one
// variable for each minor) is used instead when it is set. KUBECEPTION_MINORS,
// for example "1.36", narrows a run to some minors.
package envtest
