// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package names makes names of what providers make for a Cluster. They derive from what clusterctl move carries, never
// from a UID or from status.
package names
