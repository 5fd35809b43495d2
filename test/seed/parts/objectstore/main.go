// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// objectstore is rclone cut down to an S3 server over a local folder:
//
//	objectstore serve s3 --addr :9000 --auth-key <id>,<secret> /data
//	objectstore mkdir /data/<bucket>
//
// Everything else of rclone, its flags included, works as documented upstream.
// The seed's tests back up etcd to it.
package main

import (
	_ "github.com/rclone/rclone/backend/local"
	"github.com/rclone/rclone/cmd"
	_ "github.com/rclone/rclone/cmd/mkdir"
	_ "github.com/rclone/rclone/cmd/serve"
	_ "github.com/rclone/rclone/cmd/serve/s3"
)

func main() { cmd.Main() }
