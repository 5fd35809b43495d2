// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package cloudprofile tells by the status of CloudProfiles what their versions are now, and by that of
// NamespacedCloudProfiles what they make of their parents.
package cloudprofile
