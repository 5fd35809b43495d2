// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 contains the API of the infrastructure provider of local machines: pods of a host cluster that
// behave like machines.
//
// The kinds follow the Cluster API contract v1beta2. Optional fields have no stored defaults: absent means that the
// project decides.
//
// +kubebuilder:object:generate=true
// +groupName=infrastructure.cluster.x-k8s.io
package v1alpha1
