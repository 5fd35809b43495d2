// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package bare starts etcd and kube-apiserver by hand: plain processes from the binaries that hosted control planes
// run, with TLS, encryption at rest and the same authorization, but without containers, operators or probes. How long
// that takes is the measure for hosted control planes.
package bare
