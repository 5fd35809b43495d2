// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package seed completes Seeds, refuses those that are wrong, and keeps them while Shoots are on them.
package seed
