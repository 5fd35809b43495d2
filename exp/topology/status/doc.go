// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package status says what the status of a Shoot is, from what can be seen of its Cluster: conditions with Gardener's fourth
// status Progressing, constraints, the last operation with its progress, the last errors with their codes. It is a pure
// function of values; the clock is one of them.
//
// Gardener runs operations and looks at their outcome. Cluster API has none: its controllers bring the Cluster towards its
// spec all the time. So an operation is what lies between a change and the moment when everything that can be seen agrees with
// it again. It fails where Gardener's would, and goes on by itself when its cause is gone.
//
// What cannot be seen is absent, not invented: there is no monitoring and so no ObservabilityComponentsHealthy; without a look
// at the webhooks inside of the cluster there is no HibernationPossible and no MaintenancePreconditionsSatisfied; the time that
// the API server took to answer is not in the message of APIServerAvailable, which would change with every look.
package status
