// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubernetes knows the Kubernetes versions of control planes: which ones can be run, between which ones an
// upgrade may go, and what they brought that makes a difference. All of it is data, in versions.yaml.
//
// Versions are semantic with a leading v, for example v1.36.3.
package kubernetes
