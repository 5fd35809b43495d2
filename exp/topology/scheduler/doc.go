// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package scheduler chooses the seed that hosts the control plane of a Shoot.
//
// It is one function of values. Seeds pass through filters in a fixed order; among those that are left a strategy picks the
// nearest ones, and of these the one with the fewest Shoots wins, the first by name where there are several. Filters and
// strategies are Gardener's (section 4 of the behaviour followed here); the default is MinimalDistance, as its documents say,
// and not SameRegion, as its program does.
//
// Whoever binds a Shoot to the chosen seed must make sure that no other binding happened since the Shoots were counted.
package scheduler
