// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package targets keeps sets of objects in workload clusters as they are desired: it applies, prunes, undoes what
// others change, and tells the health of each set. It runs centrally, over the connections of Cluster API's
// ClusterCache, so that nothing of it runs in the workload cluster.
//
// # Ownership
//
// Objects are written by server-side apply. A field that a set leaves out belongs to whoever sets it: replicas to an
// autoscaler, caBundle to an injector, additional keys of a ConfigMap to the user. A field that it sets is taken back.
// An object that cannot be changed to what is desired because a field is immutable is deleted and made anew, unless
// data goes with it.
//
// # Inventory
//
// All objects of an engine in a cluster are members of one ApplySet (KEP-3659): they carry its id as a label, and a
// ConfigMap in kube-system, the parent, lists the kinds that occur. So what is no longer rendered is found and pruned
// after a restart too, and when no release renders the kind any more. The parent is in the workload cluster, beside
// what it lists: a restored etcd holds the one that fits, and a control plane that moves to another manager takes it
// along. It is a member of the set itself, so that it is restored when somebody deletes it. It gives nobody power:
// what is pruned must carry the label.
//
// # Drift
//
// Informers select on the label and hold metadata, or metadata and status where health needs it. A change by somebody
// else shows in metadata: server-side apply removes a field from the fields that we own as soon as another one sets
// it to another value. A hash of those is remembered with each write; when it differs, the object is applied again.
// So status updates and foreign fields are no news, and what is watched costs about a kilobyte for each object. The
// memory is lost with the process: after a restart each object is applied once, which writes nothing if nothing
// changed.
package targets
