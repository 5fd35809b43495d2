// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package registry runs a container registry on a seed, from which the nodes of
// workload clusters pull their images under their upstream names.
//
// Real: the registry, which is CNCF Distribution, and pulling from it through
// containerd's mirror configuration. Stands in: images made of the programs
// that package parts builds for those of the upstream projects. Their tags are
// the versions that were built, so that nothing pretends to be another version.
package registry
