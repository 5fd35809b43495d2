// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package access makes short-lived kubeconfigs for Shoots. Nothing is stored: a client certificate is issued for the user who
// asks, by the authority that the API server of the Shoot trusts, and is valid for an hour if he does not say otherwise.
//
// Gardener's clients send an AdminKubeconfigRequest or a ViewerKubeconfigRequest to shoots/<name>/adminkubeconfig and
// shoots/<name>/viewerkubeconfig. A CRD has no such subresources, and an APIService for core.gardener.cloud/v1beta1 would take
// the group away from the CRDs. So package server serves the same subresources and the same kinds in a group of our own, as an
// aggregated API:
//
//	POST /apis/access.kubeception.cluster.x-k8s.io/v1alpha1/namespaces/garden-a/shoots/alpha/adminkubeconfig
//
// Users are authenticated and audited by the kube-apiserver that they talk to anyway, RBAC says who may, also for single Shoots by
// resourceNames, and the secret leaves in the answer alone. What else was weighed:
//
//   - An object that a controller answers, like a CertificateSigningRequest, stores what is issued in etcd, or needs a key of the
//     client's that kubeconfigs of Gardener's clients do not have. Who may read the objects may read the answers of others.
//   - CertificateSigningRequests of the Shoot itself need a connection to the Shoot that works; this needs none.
//   - The whole of k8s.io/apiserver to serve it: linked alone it makes the manager larger by 3.4 of 60 MB and brings eleven modules,
//     etcd's and gRPC's clients among them, a second port with a certificate of its own, and OpenAPI definitions that have to be
//     generated. Two resources that can only be created use none of its storage, its admission and its watches. What is delicate,
//     trusting the kube-apiserver's word on who the user is, is the code of k8s.io/apiserver here as well.
package access
