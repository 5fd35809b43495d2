// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package druid installs etcd-druid on a seed.
//
// Real: etcd-druid, its CustomResourceDefinitions and etcd-backup-restore, the
// sidecar that initializes, backs up and restores each member; both are built
// from their modules. etcd itself is the real server, v3.5, of the version
// that the sidecar embeds.
//
// Stands in: the program around etcd. Gardener's etcd-wrapper is not published
// as a module, so parts/etcd-wrapper implements its protocol; its image is
// called etcd-wrapper-standin. An image override makes druid use both images.
//
// Beside what druid's chart installs, the addon configures druid for a seed
// with many control planes: more workers, shorter status period.
//
// druid's pods neither drop capabilities nor set a seccomp profile. That is
// left as it is upstream: the control-plane provider completes them, and a
// policy here would hide it if it did not.
package druid
