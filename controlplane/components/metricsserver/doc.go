// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package metricsserver is metrics-server, which tells "kubectl top" and autoscalers what pods and nodes use. It needs
// kube-apiserver, which leads requests for its API to it.
//
// Nothing is trusted blindly: kubelets are verified with their authority, and the API server verifies metrics-server
// with that of the cluster, which issues its certificate in the seed; the workload cluster gets a copy.
package metricsserver
