// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// Condition types and reasons of KubeceptionControlPlane. The types that Cluster API knows keep its names and
// reasons. Every message says what a user can do, or what the control plane waits for.
const (
	// AvailableCondition is true while the API server answers, etcd has a quorum, and every certificate is valid.
	// Cluster API mirrors it to the Cluster. It summarises the other conditions.
	AvailableCondition = clusterv1.AvailableCondition

	// NotYetObservedReason says that the controller has not come to look yet, or cannot at the moment.
	NotYetObservedReason = "NotYetObserved"

	// SeedReachableCondition is true while the API server of the seed answers.
	SeedReachableCondition = "SeedReachable"
	// SeedReachableReason says that the seed answers.
	SeedReachableReason = "SeedReachable"
	// SeedConnectingReason says that the connection to the seed is being made.
	SeedConnectingReason = "Connecting"
	// SeedPrerequisiteMissingReason says what the seed lacks to host control planes.
	SeedPrerequisiteMissingReason = "SeedPrerequisiteMissing"
	// SeedUnreachableReason says that the seed does not answer; the control plane runs on unattended.
	SeedUnreachableReason = "SeedUnreachable"
	// SeedKubeconfigInvalidReason says that the Secret with the kubeconfig of the seed is missing or unusable.
	SeedKubeconfigInvalidReason = "SeedKubeconfigInvalid"
	// SeedNamespaceNotOwnedReason says that the namespace in the seed belongs to something else.
	SeedNamespaceNotOwnedReason = "SeedNamespaceNotOwned"
	// SeedIsAnotherReason says that the spec leads to another cluster than the one that the control plane runs in.
	SeedIsAnotherReason = "SeedIsAnother"

	// ConfigurationValidCondition is true while the specification, the objects it refers to and the networks of
	// the Cluster can be carried out. While it is false the running control plane stays as it is.
	ConfigurationValidCondition = "ConfigurationValid"
	// ConfigurationValidReason says that the configuration can be carried out.
	ConfigurationValidReason = "ConfigurationValid"
	// ConfigurationInvalidReason says that the configuration cannot be carried out, and names the field.
	ConfigurationInvalidReason = "ConfigurationInvalid"
	// ReferenceMissingReason says that a Secret or ConfigMap that the specification names is missing or lacks a key.
	ReferenceMissingReason = "ReferenceMissing"

	// CertificatesAvailableCondition is true when all authorities and certificates exist and are valid.
	CertificatesAvailableCondition = "CertificatesAvailable"
	// CertificatesAvailableReason says that all certificates are valid.
	CertificatesAvailableReason = clusterv1.AvailableReason
	// CertificatesInvalidReason says that a Secret that the user supplied cannot be used.
	CertificatesInvalidReason = "CertificatesInvalid"
	// CertificatesExpiredReason names certificates that expired and could not be renewed.
	CertificatesExpiredReason = "CertificatesExpired"
	// CertificatesGenerationFailedReason says that certificates could not be generated or stored.
	CertificatesGenerationFailedReason = "CertificatesGenerationFailed"

	// EndpointAvailableCondition is true when the API server has an address.
	EndpointAvailableCondition = "EndpointAvailable"
	// EndpointAvailableReason says that the API server has an address.
	EndpointAvailableReason = clusterv1.AvailableReason
	// WaitingForLoadBalancerReason says that the seed has not given the Service an address yet.
	WaitingForLoadBalancerReason = "WaitingForLoadBalancer"
	// WaitingForServiceReason says that the Service does not exist yet.
	WaitingForServiceReason = "WaitingForService"
	// WaitingForNodeAddressReason says that no node of the seed has an address to reach a node port on.
	WaitingForNodeAddressReason = "WaitingForNodeAddress"
	// EndpointConflictReason says that the Cluster already has another endpoint.
	EndpointConflictReason = "EndpointConflict"

	// EtcdClusterAvailableCondition is true while etcd-main and etcd-events have a quorum.
	EtcdClusterAvailableCondition = "EtcdClusterAvailable"
	// EtcdClusterAvailableReason says that both etcd clusters have a quorum.
	EtcdClusterAvailableReason = clusterv1.AvailableReason
	// EtcdClusterNotAvailableReason says which etcd cluster has no quorum.
	EtcdClusterNotAvailableReason = clusterv1.NotAvailableReason

	// ComponentsAvailableCondition is true while every hosted component is healthy.
	ComponentsAvailableCondition = "ComponentsAvailable"
	// ComponentsAvailableReason says that every hosted component is healthy.
	ComponentsAvailableReason = clusterv1.AvailableReason
	// ComponentsNotAvailableReason names the components that are not healthy.
	ComponentsNotAvailableReason = clusterv1.NotAvailableReason
	// ComponentFailedReason says that a component could not be rendered or applied, for example because the seed
	// refused it or a quota is full.
	ComponentFailedReason = "ComponentFailed"
	// PatchFailedReason says that a patch of the specification could not be applied.
	PatchFailedReason = "PatchFailed"

	// APIServerAvailableCondition is true while the API server answers through the published endpoint.
	APIServerAvailableCondition = "APIServerAvailable"
	// APIServerAvailableReason says that the API server answers.
	APIServerAvailableReason = clusterv1.AvailableReason
	// APIServerNotReadyReason says that no instance of the API server is ready.
	APIServerNotReadyReason = "NotReady"
	// APIServerUnreachableReason says that the API server does not answer through the published endpoint.
	APIServerUnreachableReason = "Unreachable"

	// SystemComponentsAvailableCondition is true while what the control plane keeps in the workload cluster is there
	// and works. It is no part of Available: a control plane is available before its first node, and whatever users
	// run on their nodes.
	SystemComponentsAvailableCondition = "SystemComponentsAvailable"
	// SystemComponentsAvailableReason says that all of it works.
	SystemComponentsAvailableReason = clusterv1.AvailableReason
	// SystemComponentsNotAvailableReason names what starts, rolls or does not work.
	SystemComponentsNotAvailableReason = clusterv1.NotAvailableReason
	// SystemComponentsFailedReason says what the workload cluster refused.
	SystemComponentsFailedReason = "SystemComponentsFailed"
	// SystemComponentsNoWorkersReason says that there is no worker machine to run them.
	SystemComponentsNoWorkersReason = "NoWorkers"
	// SystemComponentsNotConnectedReason says that there is no connection to the workload cluster.
	SystemComponentsNotConnectedReason = "NotConnected"
	// SystemComponentsWorkerlessReason says that a workerless control plane has none.
	SystemComponentsWorkerlessReason = "Workerless"

	// RollingOutCondition is true while instances of the API server are replaced.
	RollingOutCondition = clusterv1.RollingOutCondition
	// ScalingUpCondition is true while instances of the API server are added.
	ScalingUpCondition = clusterv1.ScalingUpCondition
	// ScalingDownCondition is true while instances of the API server are removed.
	ScalingDownCondition = clusterv1.ScalingDownCondition

	// DeletingCondition is true while the control plane is deleted; its message says what the deletion waits for.
	DeletingCondition = clusterv1.DeletingCondition
	// DeletingWaitingForWorkersReason says that worker machines still exist.
	DeletingWaitingForWorkersReason = "WaitingForWorkersDeletion"
	// DeletingWaitingForSeedReason says that the seed cannot be reached, so nothing can be deleted in it.
	DeletingWaitingForSeedReason = "WaitingForSeed"
	// DeletingWaitingForComponentsReason says which components still exist in the seed.
	DeletingWaitingForComponentsReason = "WaitingForComponents"
	// DeletingWaitingForEtcdReason says that etcd still exists in the seed.
	DeletingWaitingForEtcdReason = "WaitingForEtcd"
	// DeletingWaitingForNamespaceReason says that the namespace in the seed still exists.
	DeletingWaitingForNamespaceReason = "WaitingForNamespace"

	// PausedCondition is true while the Cluster or the control plane is paused.
	PausedCondition = clusterv1.PausedCondition
)

// Annotations of KubeceptionControlPlane.
const (
	// SeedAnnotation identifies the seed that the control plane runs in: the UID of its namespace kube-system. The
	// controller writes it once. It moves with the control plane, unlike status, and keeps a management cluster that
	// the control plane was moved to, or a wrong kubeconfig, from starting an empty one elsewhere.
	SeedAnnotation = "controlplane.cluster.x-k8s.io/kubeception-seed"
	// AbandonSeedAnnotation lets a deletion finish although the seed is gone for good. What still exists in the
	// seed is left there.
	AbandonSeedAnnotation = "controlplane.cluster.x-k8s.io/kubeception-abandon-seed"
)
