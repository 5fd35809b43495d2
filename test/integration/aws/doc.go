// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package aws tells what the real Cluster API Provider AWS makes of Shoots: its manager, with all its webhooks and controllers,
// runs beside the real core provider of Cluster API. The translation gives the ClusterClass and the Clusters, the core provider's
// topology makes AWSClusters and AWSMachineTemplates of them. Everything is real up to the first call of AWS, which an endpoint of
// the test answers: it refuses, and notes who asked for what.
package aws
