// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubecontrollermanager is kube-controller-manager. It needs kube-apiserver, and nothing reads from it.
//
// It holds three private keys: of the service accounts, whose tokens it makes, and of the client and kubelet
// authorities, in whose name it signs the CertificateSigningRequests of the workload cluster.
package kubecontrollermanager
