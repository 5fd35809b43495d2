// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package addons lists what the test suites and the quick start install on a seed.
package addons

import (
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/capi"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/coredns"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/druid"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/kubeception"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/objectstore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/registry"
)

// All returns the addons in the order of their installation: each may need those before it.
func All() []seed.Addon {
	return []seed.Addon{
		coredns.Addon{},
		registry.Addon{},
		objectstore.Addon{},
		druid.Addon{},
		capi.Addon{},
		kubeception.Addon{},
	}
}
