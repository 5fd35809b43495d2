// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package validation holds what the admission webhooks of all providers have in common.
package validation
