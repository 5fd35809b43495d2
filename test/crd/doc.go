// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package crd holds the examples of what the API accepts and refuses, as data
// that a user can read, and the tests that put them to real API servers of every
// supported Kubernetes minor.
//
// A suite is a YAML file in the folder of its kind. It has a base specification;
// initial, updated and status of a case are merged into it (RFC 7386: null
// removes a field). A case with expectedError must be refused with a message
// that contains it, any other case must be accepted. A suite of fields that a
// template has as well says alsoInTemplate: its onCreate cases are then put to
// the template too.
//
// Every field of a specification has an accepted and a refused example; a test
// walks the Go types and names those that have none.
package crd
