// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package shoot tells by the status of a Shoot which of its fields are accepted and not carried out.
package shoot
