// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package debian makes image layers of Debian packages, with mmdebstrap and
// from where apt on this machine gets its packages, and caches them by their
// list of packages.
package debian
