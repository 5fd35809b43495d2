// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package writes counts what is written to an API server, and tells who wrote: the server's metrics have the number
// of requests, its audit log has the users.
package writes
