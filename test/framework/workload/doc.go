// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package workload uses workload clusters in tests on a real seed: it waits for nodes and pods, and reaches into pods as
// kubectl does, through the API server.
package workload
