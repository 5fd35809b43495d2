// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package aws installs Cluster API Provider AWS on the seed with clusterctl, from its module. Its manager has no credentials of its
// own: each cluster has an identity. It is no part of what the seed installs by default.
package aws
