// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package cloudprofile completes CloudProfiles and NamespacedCloudProfiles, refuses those that are wrong, and keeps them, and
// the versions in them, while Shoots use them.
package cloudprofile
