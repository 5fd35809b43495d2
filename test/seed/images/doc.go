// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package images makes container images from files, without a registry or a
// container engine, and caches them by content.
//
// An image is an OCI layout archive. Equal inputs give equal digests, on every
// machine: times, owners and order are fixed.
package images
