// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubeceptionmachinetemplate tells a cluster autoscaler what a machine of a template will be, so that it can
// scale up from zero.
package kubeceptionmachinetemplate
