// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// etcd-wrapper-standin runs one etcd member under the protocol that etcd-druid
// and its backup sidecar (etcd-backup-restore) expect of their etcd container.
//
// It is NOT Gardener's etcd-wrapper. Upstream's program is not published as a
// Go module, and this repository builds everything its tests run from modules
// or distribution packages, so the seed of the tests uses this clean-room
// stand-in, written from the protocol alone. Production manifests name the
// upstream image; nothing but test/seed may refer to this one.
//
// What it does, in order:
//
//  1. asks the sidecar to validate, and if need be restore, the data directory;
//     a cheap "sanity" validation if the last stop was a signal that etcd
//     survived to the end, a "full" one otherwise
//  2. fetches etcd's configuration from the sidecar
//  3. runs etcd in this process (go.etcd.io/etcd/server/v3/embed, the minor
//     version the sidecar embeds for restoration)
//  4. serves GET /readyz (a linearizable read succeeded just now) and
//     POST /stop (the sidecar changed a peer URL and wants a restart)
//  5. on SIGTERM or SIGINT stops etcd, then notes the signal for step 1
//
// Files it creates are readable by its user only. Renewed certificates are
// picked up at the next handshake; a renewed authority needs a restart, as it
// does for etcd itself.
package main
