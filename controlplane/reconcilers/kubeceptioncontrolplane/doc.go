// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package kubeceptioncontrolplane brings hosted control planes to the state that their KubeceptionControlPlane
// asks for.
//
// A reconcile reads everything once into a scope, runs the phases of reconciler.go in order, and always reports.
// Each phase lives in the file of its name and owns its conditions. A phase that must wait says for what in a
// condition and returns; what it waits for is watched.
package kubeceptioncontrolplane
