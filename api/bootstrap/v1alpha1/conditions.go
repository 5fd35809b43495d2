// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// Condition types and reasons of KubeceptionConfig. The types that Cluster API knows keep its names and reasons. Every
// message says what a user can do, or what the configuration waits for.
const (
	// ReadyCondition is true while a machine can be made from the configuration, and can join its cluster or has
	// joined it. Cluster API mirrors it to the Machine. It summarises the other conditions.
	ReadyCondition = clusterv1.ReadyCondition

	// NotYetObservedReason says that the controller has not come to look yet.
	NotYetObservedReason = "NotYetObserved"

	// DataSecretAvailableCondition is true when the Secret with the bootstrap data exists. No machine is made before.
	DataSecretAvailableCondition = "DataSecretAvailable"
	// DataSecretAvailableReason says that the Secret exists.
	DataSecretAvailableReason = clusterv1.AvailableReason
	// WaitingForInfrastructureReason says that the infrastructure of the Cluster is not provisioned.
	WaitingForInfrastructureReason = "WaitingForInfrastructure"
	// WaitingForControlPlaneReason says that the API server has not answered yet, or has no endpoint.
	WaitingForControlPlaneReason = "WaitingForControlPlane"
	// WaitingForCertificatesReason says that a Secret with a certificate that nodes trust is missing.
	WaitingForCertificatesReason = "WaitingForCertificates"
	// VersionNotSupportedReason says that the control plane cannot serve a kubelet of the machine's version: it is
	// newer, or too old.
	VersionNotSupportedReason = "VersionNotSupported"
	// ConfigurationInvalidReason says that the specification, or the networks of the Cluster, cannot be carried out,
	// and names the field.
	ConfigurationInvalidReason = "ConfigurationInvalid"
	// ReferenceMissingReason says that a Secret that the specification names is missing or lacks a key.
	ReferenceMissingReason = "ReferenceMissing"

	// BootstrapTokenAvailableCondition is true while the token by which the machine joins is valid, and after the
	// machine has joined. Tokens are short-lived, and renewed for as long as they are not used.
	BootstrapTokenAvailableCondition = "BootstrapTokenAvailable"
	// BootstrapTokenAvailableReason says that the token is valid.
	BootstrapTokenAvailableReason = clusterv1.AvailableReason
	// BootstrapTokenUsedReason says that the machine has joined, and the token is deleted.
	BootstrapTokenUsedReason = "Used"
	// BootstrapTokenWithdrawnReason says that the owner is being deleted, and the token is deleted.
	BootstrapTokenWithdrawnReason = "Withdrawn"
	// ClusterUnreachableReason says that the API server of the workload cluster cannot be reached, so that a token
	// can be neither made nor renewed.
	ClusterUnreachableReason = "ClusterUnreachable"
	// BootstrapTokenFailedReason says that the API server refused the token.
	BootstrapTokenFailedReason = "BootstrapTokenFailed"

	// PausedCondition is true while the Cluster or the configuration is paused.
	PausedCondition = clusterv1.PausedCondition
)
