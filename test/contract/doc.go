// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package contract proves the rules of the Cluster API contract v1beta2 that the
// CRDs, the Go types and the webhooks alone must keep, one test for each rule and
// named after it. Where Cluster API publishes the code by which it relies on a
// rule, the test runs that code.
//
// Rules about behaviour (the kubeconfig, certificates, pausing, when a condition is
// true) are tested with the managers in test/integration.
package contract
