// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeaccess_test

import (
	"testing"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/nodeaccess"
)

func TestObjects(t *testing.T) { golden.Run(t, nodeaccess.New(), "testdata") }
