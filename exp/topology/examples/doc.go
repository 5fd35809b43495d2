// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package examples holds manifests that Gardener publishes as examples, for tests: they are what users know. Each file names
// its source. Many hold placeholders such as <some-provider-name>, so that they parse and need not be valid.
package examples
