// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// Condition types and reasons of KubeceptionCluster and KubeceptionMachine. The types that Cluster API knows keep its names
// and reasons. Every message says what a user can do, or what is waited for.
//
// Of a machine, Unknown says that a step is under way, False that it does not go on by itself: whoever replaces machines
// that are not ready leaves those alone that are only slow.
const (
	// ReadyCondition summarises the other conditions. Cluster API mirrors it to the Cluster or Machine as
	// InfrastructureReady. While a machine is on its way, its reason is that of the step.
	ReadyCondition = clusterv1.ReadyCondition
	// NotReadyReason says that a condition is not as it should be; the message says which.
	NotReadyReason = clusterv1.NotReadyReason
	// ReadyUnknownReason says that something is under way, or cannot be observed.
	ReadyUnknownReason = clusterv1.ReadyUnknownReason
	// MachineFailedReason says that a machine cannot work any more and is to be replaced.
	MachineFailedReason = "MachineFailed"
	// NotYetObservedReason says that the controller has not come to look yet, or cannot at the moment.
	NotYetObservedReason = "NotYetObserved"

	// HostReachableCondition is true while the API server of the host cluster answers.
	HostReachableCondition = "HostReachable"
	// HostReachableReason says that the host cluster answers.
	HostReachableReason = "HostReachable"
	// HostConnectingReason says that the connection to the host cluster is being made.
	HostConnectingReason = "Connecting"
	// HostUnreachableReason says that the host cluster does not answer; its machines run on unattended.
	HostUnreachableReason = "HostUnreachable"
	// HostKubeconfigInvalidReason says that the Secret with the kubeconfig of the host cluster is missing or unusable.
	HostKubeconfigInvalidReason = "HostKubeconfigInvalid"

	// NamespaceAvailableCondition is true when the namespace for machines is prepared in the host cluster. It is one of
	// KubeceptionCluster.
	NamespaceAvailableCondition = "NamespaceAvailable"
	// NamespaceAvailableReason says that machines can be made in the namespace.
	NamespaceAvailableReason = clusterv1.AvailableReason
	// NamespaceNotOwnedReason says that the namespace exists and belongs to something else, for example to a
	// control plane.
	NamespaceNotOwnedReason = "NamespaceNotOwned"
	// NamespaceTerminatingReason says that the namespace is being deleted and will be made anew.
	NamespaceTerminatingReason = "NamespaceTerminating"
	// NamespaceRefusedReason says that the host cluster refused what was to be prepared in it.
	NamespaceRefusedReason = "NamespaceRefused"

	// MachineSetsFrozenCondition is true while MachineSets of the Cluster are paused because they made many more
	// machines than they should. It is one of KubeceptionCluster.
	MachineSetsFrozenCondition = "MachineSetsFrozen"
	// MachineSetsFrozenReason names the MachineSets that made too many machines.
	MachineSetsFrozenReason = "OverShootingReplicaCount"
	// MachineSetsNotFrozenReason says that no MachineSet is frozen.
	MachineSetsNotFrozenReason = "NotFrozen"

	// PodRunningCondition is true while the pod that is the machine runs. It is one of KubeceptionMachine.
	PodRunningCondition = "PodRunning"
	// PodRunningReason says that the pod runs.
	PodRunningReason = "PodRunning"
	// WaitingForClusterInfrastructureReason says that the KubeceptionCluster is not provisioned yet.
	WaitingForClusterInfrastructureReason = clusterv1.WaitingForClusterInfrastructureReadyReason
	// ClusterInfrastructureInvalidReason says that the Cluster has other infrastructure than a KubeceptionCluster.
	ClusterInfrastructureInvalidReason = "ClusterInfrastructureInvalid"
	// WaitingForBootstrapDataReason says that the bootstrap provider has not made its data yet.
	WaitingForBootstrapDataReason = clusterv1.WaitingForBootstrapDataReason
	// PodStartingReason says that the pod exists and starts.
	PodStartingReason = "PodStarting"
	// PodUnschedulableReason says that the host cluster has no room for the pod at the moment.
	PodUnschedulableReason = "PodUnschedulable"
	// BootstrapDataInvalidReason says that the bootstrap data is missing or in a format that local machines do not read.
	BootstrapDataInvalidReason = "BootstrapDataInvalid"
	// ImageUnknownReason says that there is no image for the machine's Kubernetes version.
	ImageUnknownReason = "ImageUnknown"
	// ImageUnavailableReason says that the image of the machine cannot be pulled.
	ImageUnavailableReason = "ImageUnavailable"
	// PodRefusedReason says that the host cluster refused the pod or cannot start it.
	PodRefusedReason = "PodRefused"
	// PodNotOwnedReason says that a pod of this name ran for another machine.
	PodNotOwnedReason = "PodNotOwned"
	// PodFailedReason says that the pod ended. It is not started again.
	PodFailedReason = "PodFailed"
	// PodDeletedReason says that the pod was deleted. It is not made again.
	PodDeletedReason = "PodDeleted"

	// BootstrapSucceededCondition is true once the bootstrap data has been carried out. It is one of KubeceptionMachine.
	BootstrapSucceededCondition = "BootstrapSucceeded"
	// BootstrapSucceededReason says that the bootstrap data has been carried out.
	BootstrapSucceededReason = "BootstrapSucceeded"
	// BootstrappingReason says that the bootstrap data is being carried out.
	BootstrappingReason = "Bootstrapping"
	// BootstrapFailedReason says that the machine ended before its bootstrap data was carried out.
	BootstrapFailedReason = "BootstrapFailed"

	// DeletingCondition is true during a deletion; its message says what the deletion waits for.
	DeletingCondition = clusterv1.DeletingCondition
	// DeletingWaitingForHostReason says that the host cluster cannot be reached, so nothing can be deleted in it.
	DeletingWaitingForHostReason = "WaitingForHost"
	// DeletingWaitingForMachinesReason says that machines still exist.
	DeletingWaitingForMachinesReason = "WaitingForMachines"
	// DeletingWaitingForNamespaceReason says that the namespace in the host cluster still exists.
	DeletingWaitingForNamespaceReason = "WaitingForNamespace"
	// DeletingWaitingForPodReason says that the pod of a machine still exists.
	DeletingWaitingForPodReason = "WaitingForPod"

	// PausedCondition is true while the Cluster or the object is paused.
	PausedCondition = clusterv1.PausedCondition
)

// Annotations.
const (
	// AbandonHostAnnotation lets a deletion finish although the host cluster is gone for good. What still exists in
	// the host cluster is left there. It is for KubeceptionClusters and KubeceptionMachines.
	AbandonHostAnnotation = "infrastructure.cluster.x-k8s.io/kubeception-abandon-host"
	// FrozenAnnotation is on MachineSets and MachineDeployments that were paused because they made many more machines
	// than they should. Its value says how many.
	FrozenAnnotation = "infrastructure.cluster.x-k8s.io/kubeception-frozen"
)
