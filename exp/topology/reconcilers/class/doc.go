// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package class makes ClusterClasses, with their templates, of CloudProfiles, and of those NamespacedCloudProfiles that Shoots
// use. What they are made of is decided by the package translation; this package applies it in the namespace garden, and
// collects what no profile says any more once no Cluster uses it.
//
// A profile of a provider type that is not known has no class. What the translation refuses is told by an event, and by the
// status of the Shoots that are waiting for it; the class that there was stays as it is.
package class
