// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package shoot completes Shoots, from defaults, their profile, their project and their seed, and refuses those that are
// wrong. The rules are functions of values in other packages; this one looks up the values.
package shoot
