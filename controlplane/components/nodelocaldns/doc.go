// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package nodelocaldns is a DNS cache on each node, at a link-local address that kubelets tell pods instead of that of
// CoreDNS. It needs kube-apiserver, and asks CoreDNS for names of the cluster.
//
// It binds no address of a Service: pods that ask CoreDNS directly go on to do so, in every mode of kube-proxy.
package nodelocaldns
