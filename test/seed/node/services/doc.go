// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package services is the service manager of a seed: what init and systemd are
// to a machine. It runs inside the first process of the seed (Manager) and is
// reached over a socket (Client).
//
// It starts programs, appends their output to log files, restarts those that
// exit unasked, and collects orphans. All of them end with the first process,
// because they live in its process namespace.
package services
