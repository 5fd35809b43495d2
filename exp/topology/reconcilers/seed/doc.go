// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package seed watches over the clusters that host control planes and tells by the status of Seeds whether they can: is
// the way there known, does the cluster answer, how many Shoots may it have.
//
// There is no agent in a seed. The way there is a kubeconfig in the management cluster; annotations of the Seed say where
// it is. While a seed answers its Lease is renewed; when the Lease has not been renewed for a while the condition
// GardenletReady, which keeps Gardener's name, becomes Unknown.
package seed
