// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package coredns_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/coredns"
)

func TestObjects(t *testing.T) { golden.Run(t, coredns.New(), "testdata") }

func TestARangeWithoutATenthAddressIsAnError(t *testing.T) {
	in := golden.ReadInput(t, "testdata/default/input.yaml")
	in.Network.ServiceCIDRs = []string{"10.96.0.0/29"}
	_, err := coredns.New().Render(in)
	NewWithT(t).Expect(err).To(MatchError(ContainSubstring("10.96.0.0/29 has no tenth address")))
}
