// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package capi runs Cluster API's own end-to-end specs, from sigs.k8s.io/cluster-api/test, against the providers of
// this checkout on a real seed, whose state folder KUBECEPTION_SEED names. What they are is upstream's: here is only
// what they are told, and what stands for kubeadm's control plane in them. docs/conformance.md says which run, and why
// the others cannot.
//
// The specs create clusters as users do, with clusterctl from the files of templates/. Those labelled Long are left out
// of make e2e.
//
// Upstream's module brings Docker and kind, which nothing here uses. It is in the test module nevertheless, because it
// changes the version of no other module, nobody imports the test module, and a module of its own would repeat all of
// the requirements of this one.
package capi
