// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 contains the API of the bootstrap provider: what a user can say about how a machine becomes a
// node, and what they can see of it.
//
// The kinds follow the Cluster API contract v1beta2 for bootstrap configurations. Optional fields have no stored
// defaults: absent means that the project decides. The comment of a field says what that is; for the kubelet it is
// what Gardener decides.
//
// +kubebuilder:object:generate=true
// +groupName=bootstrap.cluster.x-k8s.io
package v1alpha1
