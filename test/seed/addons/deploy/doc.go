// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package deploy is what addons share beside package seed: images with one
// program in them, and manifests from templates.
package deploy
