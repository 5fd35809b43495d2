// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package lookup finds what Shoots refer to: their profile, their project, the account that they belong to. Reads go
// through the reader that is given, usually a cache.
package lookup
