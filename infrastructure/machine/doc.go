// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package machine says what a local machine consists of in its host cluster: a namespace with its network policy for the
// machines of a cluster, and a Secret and a bare pod for each machine. Everything here is a function of values.
//
// A machine is made exactly once. Its pod is created with a scheduling gate, then recorded as the machine's provider
// ID, and only then let go: a pod that was never recorded has never run, and one that was recorded is not made again.
package machine
