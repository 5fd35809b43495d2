// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package objectstore runs an S3 object store on a seed, for backups of etcd.
//
// Real: the S3 protocol, as served by rclone, and the sidecar's S3 client that
// talks to it. Stands in: rclone over a local volume for a cloud's durable
// store; one bucket with fixed credentials for its tenants. There is no TLS.
package objectstore
