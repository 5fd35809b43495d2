// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubernetesservice leads pods of the workload cluster to the API server. It needs kube-apiserver, which makes
// the Service "kubernetes" and, being hosted elsewhere, gives it no endpoints.
//
// An endpoint that is an IP address becomes the endpoint of that Service. A name cannot: kube-proxy leads to addresses
// alone, and an address that was looked up here could change without notice. From Kubernetes 1.36 on an admission
// policy tells the name to every new pod instead, in the variables that client-go reads. Before, the component says
// what pods lack. Our own pods in the workload cluster are told the endpoint in any case.
package kubernetesservice
