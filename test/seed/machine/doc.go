// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package machine builds the image of local machines: Debian with systemd,
// containerd and a kubelet, for one Kubernetes minor. What makes it a machine
// rather than a container lies in images/machine.
package machine
