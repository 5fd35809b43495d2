// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package konnectivity_test

import (
	"testing"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/konnectivity"
)

func TestObjects(t *testing.T) { golden.Run(t, konnectivity.New(), "testdata") }
