// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package local translates for local machines: pods of a host cluster that are nodes of the Shoot. The seed is the host. It
// is the smallest provider; begin with a copy of it to write another one.
package local
