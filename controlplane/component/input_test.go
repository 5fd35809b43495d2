// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestTheClustersDNSHasTheTenthAddressOfEachRange(t *testing.T) {
	g := NewWithT(t)
	g.Expect(Network{ServiceCIDRs: []string{"100.64.0.0/13", "fd00:10:96::/112"}}.DNSServiceIPs()).
		To(Equal([]string{"100.64.0.10", "fd00:10:96::a"}))
	_, err := Network{ServiceCIDRs: []string{"10.0.0.0/29"}}.DNSServiceIPs()
	g.Expect(err).To(MatchError(ContainSubstring("10.0.0.0/29 has no tenth address")))
	_, err = Network{ServiceCIDRs: []string{"wide"}}.DNSServiceIPs()
	g.Expect(err).To(MatchError(ContainSubstring(`read the Service range "wide"`)))
}
