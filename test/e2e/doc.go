// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package e2e tells what a user of hosted control planes experiences, on a real seed with real components.
// It runs on the seed that `make up` started, whose state folder KUBECEPTION_SEED names.
package e2e
