// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package translation says what CloudProfiles and Shoots are in the words of Cluster API. Everything is a pure function of
// values, one for each stage: a profile becomes a ClusterClass with its templates, a Shoot becomes a Cluster of that class,
// a worker pool becomes one MachineDeployment for each of its zones.
package translation
