// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package placement measures how Shoots get their seeds: many clients create Shoots at once, for seeds that have little more
// place than that, against a real API server and the real manager as a process of its own. `make bench-placement` runs it.
//
// It says how long a placement takes, what the manager needs of memory, and what is written while nothing happens. It fails if
// a seed gets more Shoots than it has place for, also when the leader of two managers is killed in the middle.
//
// PLACEMENT_SHOOTS, PLACEMENT_CLIENTS and PLACEMENT_SEEDS change the numbers; they are 1000, 50 and 20 if absent.
package placement
