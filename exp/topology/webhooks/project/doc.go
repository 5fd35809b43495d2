// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package project notes who made a Project, makes its owner a member, refuses what is wrong and what the user may not
// change, and asks for a confirmation before a Project is deleted.
package project
