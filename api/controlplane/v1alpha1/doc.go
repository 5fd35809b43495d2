// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 contains the API of the control-plane provider: what a user can say about a hosted
// control plane and what they can see of it.
//
// The kinds follow the Cluster API contract v1beta2 for control planes without Machines. Optional fields
// have no stored defaults: absent means that the project decides, and the effective value is shown in
// status.effective.
//
// +kubebuilder:object:generate=true
// +groupName=controlplane.cluster.x-k8s.io
package v1alpha1
