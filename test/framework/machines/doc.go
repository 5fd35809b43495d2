// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package machines follows the machines of a MachineDeployment in tests on a real seed.
package machines
