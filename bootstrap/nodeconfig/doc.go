// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package nodeconfig decides what is on a node: the files, users and commands that turn a machine with a kubelet and
// containerd, or the means to get a kubelet, into a node of a hosted control plane. It is pure: a Node in, bootstrap
// data out.
//
// Files say what the machine is to be, and one script, the same in every format, makes it so: kernel modules and
// parameters, the user's commands, a kubelet of the right version, containerd and the kubelet themselves. The script
// waits for nothing that is not on the machine. Only when it succeeded does it write Cluster API's sentinel file; when
// it fails it says at which step, on the console and in the journal.
//
// The data is the same for every infrastructure. What only the infrastructure knows comes with the machine: settings
// of the kubelet, among them the provider ID, in KubeletConfigDir, and settings of containerd in ContainerdConfigDir.
package nodeconfig
