// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package seed builds and runs a real one-node Kubernetes cluster on this
// machine, from Go modules and Debian packages alone: no Docker, no registry.
//
// Tests and the quick start use it as management cluster and as the seed that
// hosts control planes. On a terminal it shows what it does live; each step and
// each process has a log in the state folder. Everything in it is the real thing, with two stand-ins
// for what a cloud would offer: package agent allocates load balancer
// addresses and local volumes.
//
// A seed lives in network, process and mount namespaces of its own, so it
// runs beside any other Kubernetes or containerd, needs no free ports, and
// disappears completely when its first process ends. See package node.
//
//	s, err := seed.Up(ctx, seed.Options{StateDir: "_run", Addons: addons.All()})
//	…
//	err = seed.Down(ctx, seed.Options{StateDir: "_run"})
package seed
