// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package admission refuses what the schema and its CEL rules cannot see to be wrong: changes of templates, which only
// the topology controller may try out, in dry runs.
package admission
