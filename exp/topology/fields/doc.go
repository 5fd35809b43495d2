// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package fields says of every field of a Shoot's spec whether it is carried out, refused, or accepted and reported as not
// carried out, in one list that admission, the status of Shoots and the documentation share. No field is silently dropped:
// a test walks Gardener's Go type and fails for a field that the list lacks.
package fields
