// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package cluster carries Shoots out. A Shoot that has a seed becomes what the package translation makes of it: a namespace of
// its own, which members of its project cannot read, with credentials and a Cluster, and the MachineDeployments of those pools
// that the topology of a Cluster cannot say. What is no longer wanted is removed, what others change is put right, and nothing
// is written when nothing has changed.
//
// What users may see comes back to the namespace of the project: the addresses of the API server by the status of the Shoot,
// and the certificates to trust by the ConfigMap <shoot>.ca-cluster. Nothing secret does.
//
// Secrets are not cached, and not watched as such. Those that matter get a label, by which their metadata is watched, so that
// changed credentials are followed.
//
// A Shoot that is deleted keeps its finalizer until the Cluster, then its credentials, and then the namespace are gone. All of
// that is waited for by watching.
package cluster
