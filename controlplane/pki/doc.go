// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package pki decides who trusts whom in a hosted control plane, and until when.
//
// Root material (authorities, the service-account key, encryption keys, the health-check token) lives in
// Secrets beside the Cluster, under the names of the Cluster API contract, so that moving a Cluster carries it.
// Whoever creates one of these Secrets first decides: users may bring their own, nothing here changes or deletes
// an existing one. Leaf certificates live only in the seed namespace and can be issued again at any time.
//
//	authority    signs
//	ca           serving certificates of the API server and its neighbours; what a kubeconfig trusts
//	ca-client    client certificates the API server accepts, kubelets' among them
//	etcd         etcd's serving certificates and its clients'
//	ca-etcd-peer etcd members to each other
//	proxy        the API server towards aggregated API servers
//	ca-kubelet   kubelets' serving certificates, and the API server's client certificate towards kubelets
//
// A leaf's Secret keeps its name when it is renewed: the API server, client-go (kubeconfigs that name files) and
// etcd read their certificate files again, so renewal restarts nothing.
//
// tls.crt of an authority is a bundle: the certificate that belongs to tls.key signs, all of them are trusted.
// tls.crt of the service-account key likewise holds every public key that verifies. Rotation in two phases is
// therefore a change of data: first trust old and new, later trust new only.
//
// Keys are ECDSA P-256: generating one costs thousands of times less than RSA 2048, and a new control plane needs
// about twenty of them before its first pod can start. User-supplied authorities may be RSA.
//
// clusterctl moves an ownerless Secret by its name only if the name is one of Cluster API's own (ca, etcd, proxy,
// sa). Users who bring any of the others label it clusterctl.cluster.x-k8s.io/move.
//
// Everything but Store is pure: values and the current time in, values out.
package pki
