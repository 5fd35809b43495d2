// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package scheduling gives Shoots their seeds. Which seed is decided by the package scheduler, a function of values; this
// package makes sure that the values are true when the decision is written, so that no seed gets more Shoots than it has
// place for:
//
//   - One worker decides about one Shoot at a time, and one instance of the manager is the leader.
//   - What it wrote itself counts at once, although the cache may not show it yet.
//   - A Shoot that changed since it was read is not bound: the write names the version that it was decided for.
//   - A new leader decides nothing before its cache shows every binding that a read of etcd, made after it became the
//     leader, shows. The old one has given up five seconds earlier (the lease lasts 15 s, and a leader that cannot renew
//     it gives up after 10 s), and a binding that takes longer than those is abandoned.
//
// The webhook for Shoots counts once more when somebody sets spec.seedName, also against people who do so by hand.
//
// A Shoot that finds no seed waits; Seeds, Shoots that leave, profiles and region ConfigMaps are watched and call again.
package scheduling
