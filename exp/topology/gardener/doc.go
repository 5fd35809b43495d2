// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package gardener finds out whether a real Gardener serves the API that the topology layer brings as CRDs. Both cannot
// be in one cluster: requests go to Gardener's API server, and what the CRDs hold is out of reach.
package gardener
