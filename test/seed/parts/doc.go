// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package parts builds the programs a seed consists of from their Go modules.
//
// Each folder below pins one upstream module in its go.mod; this is the only
// place where its version is written. The table in parts.go says which binary
// comes from which folder. Binaries are cached by everything that determines
// them, so an unchanged part is never built twice on a machine.
package parts
