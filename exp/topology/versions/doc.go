// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package versions answers what a CloudProfile says about versions: which stage of its life a Kubernetes or machine image
// version is in, which version a short form means, which image fits a pool of workers, what a cluster is updated to, and
// what a NamespacedCloudProfile makes of its parent.
//
// Everything is a function of the profile and of the moment. Sections 3, 6 and 17 of the behaviour that is followed here say
// what Gardener does; where it differs on purpose, the comment says why.
package versions
