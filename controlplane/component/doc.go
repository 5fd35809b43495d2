// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package component is the framework for hosted components.
//
// A component is a pure function from Input to Objects: it decides and does not write. The framework does the
// rest in one place: it completes workloads (security context, spread, priority, probes), applies the user's
// patches, issues certificates, writes by server-side apply, removes what is no longer rendered, and observes
// health. The reconciler reads everything once into Input and calls the framework with the components of the
// table in package components, whose order is the bring-up order.
package component
