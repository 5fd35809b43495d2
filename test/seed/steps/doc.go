// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package steps runs steps that depend on each other, as many at once as
// their dependencies allow, and shows how they are doing: live on a terminal,
// line by line elsewhere. Every step has a log file of its own.
package steps
