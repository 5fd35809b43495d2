// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package trace shows what becomes of a user's manifests, stage by stage and without a cluster: what admission makes of them
// and refuses, the ClusterClass of the profile, and the objects of the Shoot.
package trace
