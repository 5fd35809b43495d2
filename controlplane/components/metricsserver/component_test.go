// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package metricsserver_test

import (
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/metricsserver"
)

func TestObjects(t *testing.T) { golden.Run(t, metricsserver.New(), "testdata") }

func TestItIsThereUnlessDisabled(t *testing.T) {
	g := NewWithT(t)
	in := golden.ReadInput(t, "testdata/default/input.yaml")
	g.Expect(metricsserver.New().Enabled(in)).To(BeTrue())
	in.Configuration.Addons.MetricsServer.Disabled = ptr.To(true)
	g.Expect(metricsserver.New().Enabled(in)).To(BeFalse())
}
