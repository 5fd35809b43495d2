// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package coredns installs the DNS service of a seed: CoreDNS, built from its
// module, at the address every pod is told to ask.
package coredns
