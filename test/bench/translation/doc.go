// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package translation measures how Shoots become Clusters. `make bench-translation` runs it.
//
// First by the function alone. Then against a real API server, with the real manager as a process of its own, and the real core
// provider of Cluster API with its topology controller. Nobody carries control planes and machines out, so that what is measured
// is the layer and what Cluster API makes of it: how long it takes until all objects are there, what the manager needs of
// memory, and what is written while nothing happens.
//
// TRANSLATION_PURE and TRANSLATION_SHOOTS change the numbers of Shoots; they are 1000 and 200 if absent.
package translation
