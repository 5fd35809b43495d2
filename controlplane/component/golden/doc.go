// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package golden compares what a component renders with files that are read in review like code.
//
// A case is a folder: input.yaml is a component.Input, objects.yaml holds the objects in the seed as they are
// applied, with all defaults and patches, in their order. target.yaml, certificates.yaml and
// target-certificates.yaml are there if the component has any. Run the tests with UPDATE_GOLDEN=1 to write the files anew. Keys in inputs are dummies.
package golden
