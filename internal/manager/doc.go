// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package manager is what the main programs of all providers share: flags, logging, diagnostics, leader election,
// webhook certificates and the run itself. A main program adds a scheme, a cache and its controllers.
package manager
