// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package standin plays, in a cluster that has an API server and nothing else, what makes a hosted control plane
// come up: etcd-druid, the controllers for Deployments, Services of type LoadBalancer and Namespaces, and the hosted
// API server itself. It is a stand-in, not an emulation: objects become ready at once, unless a test holds them, and
// no container runs.
//
// Machines does the same for machine pods: scheduler and kubelet of their host, and the nodes that they become.
//
// The hosted API server listens on a loopback address of its own with the certificate from the rendered Secret, so a
// probe that trusts the wrong authority or asks for a name that the certificate lacks fails as it would in earnest.
package standin
