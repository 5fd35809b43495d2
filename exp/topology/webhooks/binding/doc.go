// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package binding completes SecretBindings and CredentialsBindings, lets them refer only to what their creator may read
// himself, and keeps them while Shoots use them.
package binding
