// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package readyz waits for API servers in the same way wherever they run, so that what is measured is comparable.
package readyz
