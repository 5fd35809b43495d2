// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package defaults fills in what users leave out of objects of Gardener's API: what Gardener's own types say, which is
// published with them, and what Gardener's admission adds because it depends on others: the profile, the seed, the project,
// the exposure class, the user.
//
// It changes the objects that it is given, and nothing else. Random numbers and the time come from who calls.
package defaults
