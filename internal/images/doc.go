// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package images finds the container image of a hosted component for a Kubernetes version.
//
// Images are data: images.yaml is part of the binary, and an operator overrides entries with a file of the same
// form, for example to use a registry of their own. Code names images by the constants in names.go.
package images
