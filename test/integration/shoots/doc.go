// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package shoots tells what becomes of Shoots: the controllers and webhooks of the topology layer, and the real core provider of
// Cluster API with its topology controller, on a real API server. Control planes and infrastructure are played: each is ready
// as soon as it is made. Worker pools begin with no machines, so that MachineDeployments roll out at once.
package shoots
