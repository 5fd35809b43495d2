// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package cloudconfig carries out on a local machine what it was told: the part of cloud-init's language that bootstrap
// providers speak, with cloud-init's meaning and in its order. What it does not know it refuses, so that a machine is
// never half of what was asked for.
//
// Parse is a function of bytes; Executor acts.
package cloudconfig
