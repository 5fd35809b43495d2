// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package node runs the one machine of a seed: a Kubernetes control plane, a
// container runtime and a kubelet as ordinary processes of this machine.
//
// They live in network, process and mount namespaces of their own, below one
// first process (pid1) which manages them. What the rest of the machine sees
// of a seed is
//
//   - one network interface, seed-<id>, with one /14 network behind it,
//   - firewall rules for that interface, marked with its name,
//   - one control group, seed-<id>, and
//   - the state folder.
//
// Everything else, such as bridges, service rules, ports, container mounts and
// processes, ends with the first process: the kernel sees to it. A seed
// therefore needs no free port and runs beside any other Kubernetes.
//
// The node offers the CPUs the machine has: a kubelet cannot be told otherwise.
// What is to run in numbers must request little.
package node
