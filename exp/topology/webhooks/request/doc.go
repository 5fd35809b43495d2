// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package request holds what all webhooks of the topology layer have in common: who asks, what else he may do, and how
// the answer looks.
package request
