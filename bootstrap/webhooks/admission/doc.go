// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package admission refuses what the schema and its CEL rules cannot see to be wrong: the names of labels, which are
// keys of a map, texts in another language (certificates), and files and units that the project itself writes.
//
// Webhooks only read and keep no state, so they are safe for server-side-apply dry runs. They change nothing. An update
// is asked only about what it brings: an object that was stored under older rules stays editable. A KubeceptionConfig
// may change at any time, for Cluster API changes it when it updates a machine in place; a template may not. Nothing is
// asked of a deletion.
package admission
