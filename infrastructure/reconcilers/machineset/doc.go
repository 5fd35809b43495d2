// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package machineset freezes MachineSets of local machines that make many more machines than they should, as Gardener's
// machine-controller-manager does: something is wrong then, and every further machine costs.
//
// Frozen means paused, together with the MachineDeployment, by the annotation of Cluster API; an annotation of ours says
// why, an event tells it, and the KubeceptionCluster shows it in a condition. A paused MachineSet makes no machine and
// deletes none. Machines that are deleted by hand bring the number down, and the freeze ends by itself.
package machineset
