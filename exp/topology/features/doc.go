// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package features tells what Kubernetes minor versions know by name: feature gates, admission plugins and API versions.
//
// A component that is given a name it does not know does not start, so admission asks here first. The names are data, in
// features.yaml; its head says where they come from. Minors that are newer than the data are taken to know what the
// newest one knows.
package features
