// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package apply is the only place that writes desired state. It writes by server-side apply, as one field owner,
// and writes nothing when there is nothing to change, also right after a restart: what was applied last is
// remembered as a hash in an annotation of the object itself, and whether somebody else changed it since is seen by
// comparing the desired fields with the live ones.
//
// Reads go through the client that is given, usually a cache. A stale cache costs a request that changes nothing;
// it never undoes anything.
package apply
