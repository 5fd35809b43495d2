// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package hosts connects the infrastructure provider to the clusters whose nodes run local machines. The management
// cluster is a host like any other.
package hosts
