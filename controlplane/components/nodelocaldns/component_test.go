// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodelocaldns_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/nodelocaldns"
)

func TestObjects(t *testing.T) { golden.Run(t, nodelocaldns.New(), "testdata") }

func TestItIsThereOnRequest(t *testing.T) {
	g := NewWithT(t)
	in := golden.ReadInput(t, "testdata/default/input.yaml")
	g.Expect(nodelocaldns.New().Enabled(in)).To(BeTrue())
	in.Configuration.Addons.NodeLocalDNS.Enabled = nil
	g.Expect(nodelocaldns.New().Enabled(in)).To(BeFalse())
}

func TestItServesIPv4(t *testing.T) {
	in := golden.ReadInput(t, "testdata/default/input.yaml")
	in.Network.ServiceCIDRs = []string{"fd00:10:96::/112"}
	_, err := nodelocaldns.New().Render(in)
	NewWithT(t).Expect(err).To(MatchError(ContainSubstring("spec.addons.nodeLocalDNS: the cache serves IPv4")))
}
