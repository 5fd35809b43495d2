// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package integration runs parts of the project against a real API server without nodes. KUBEBUILDER_ASSETS names
// the folder with its binaries; hack/test.sh sets it.
package integration
