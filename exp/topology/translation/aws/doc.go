// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package aws translates CloudProfiles and Shoots of type aws to what Cluster API Provider AWS reads: an AWSCluster without a
// load balancer for the control plane, because the control plane is hosted; AWSMachines; and an identity with the credentials of
// the Shoot. It decodes the configurations of Gardener's AWS extension strictly. Fields that Cluster API Provider AWS cannot carry
// out are refused, or listed by NotCarriedOut.
package aws
