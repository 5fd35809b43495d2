// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package template makes clusters from the templates of this checkout as a user does: with clusterctl.
package template
