// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package quota keeps Quotas while bindings refer to them.
package quota
