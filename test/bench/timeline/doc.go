// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package timeline notes when a control plane that is being created reaches its milestones. What objects tell is seen
// through watches, because their own timestamps have whole seconds; what happens inside processes is read from logs.
package timeline
