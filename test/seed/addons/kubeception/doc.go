// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubeception installs the providers of this checkout on a seed, with
// clusterctl and from manifests rendered as for a release.
//
// Real: the managers, built from the checkout's own code, the manifests in
// config/, and the Kubernetes components of hosted control planes, built from
// their module for every supported minor. Only image references differ from a
// release: images come from the seed, and a file of image overrides, as any
// operator may give one, tells the control-plane manager of the hosted ones.
//
// Installing again after a change of the code replaces the managers.
package kubeception
