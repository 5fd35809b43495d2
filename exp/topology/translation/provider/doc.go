// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package provider says what the translation of Shoots must know of an infrastructure: how machines, images, networks and
// credentials, which Gardener's users describe by CloudProfiles and by the providerConfig of Shoots, are said to the
// infrastructure provider of Cluster API. There is one package for each provider type, of pure functions alone.
package provider
