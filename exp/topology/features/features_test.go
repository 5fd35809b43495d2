// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package features_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/features"
)

func TestFeatureGate(t *testing.T) {
	cases := map[string]struct {
		name       string
		minor      uint64
		wantKnown  bool
		wantHas    bool
		wantLocked bool
	}{
		"a gate without bounds is in every minor":             {name: "APIServerIdentity", minor: 36, wantKnown: true, wantHas: true},
		"a gate is unknown to minors before it":               {name: "AllowServiceExternalIPs", minor: 35, wantKnown: true},
		"and known from its first minor on":                   {name: "AllowServiceExternalIPs", minor: 36, wantKnown: true, wantHas: true},
		"a gate is gone in the minor that removed it":         {name: "ComponentSLIs", minor: 35, wantKnown: true, wantLocked: true},
		"a gate that became stable cannot be switched":        {name: "NodeSwap", minor: 34, wantKnown: true, wantHas: true, wantLocked: true},
		"and could be before":                                 {name: "NodeSwap", minor: 33, wantKnown: true, wantHas: true},
		"AllBeta is there although no list names it":          {name: "AllBeta", minor: 36, wantKnown: true, wantHas: true},
		"a misspelt gate is unknown":                          {name: "NodeSwop", minor: 36},
		"a gate of a minor newer than the data is as in 1.37": {name: "AllowServiceExternalIPs", minor: 99, wantKnown: true, wantHas: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			gate, known := features.FeatureGate(c.name)
			g.Expect(known).To(Equal(c.wantKnown))
			if known {
				g.Expect(gate.Contains(c.minor)).To(Equal(c.wantHas))
				g.Expect(gate.LockedIn(c.minor)).To(Equal(c.wantLocked))
			}
		})
	}
}

func TestAPI(t *testing.T) {
	cases := map[string]struct {
		api       string
		minor     uint64
		wantKnown bool
		wantHas   bool
	}{
		"a group and version":                       {api: "apps/v1", minor: 36, wantKnown: true, wantHas: true},
		"a resource":                                {api: "apps/v1/deployments", minor: 36, wantKnown: true, wantHas: true},
		"the group without a name":                  {api: "v1", minor: 36, wantKnown: true, wantHas: true},
		"a resource of it":                          {api: "v1/pods", minor: 36, wantKnown: true, wantHas: true},
		"a version before it came":                  {api: "resource.k8s.io/v1", minor: 33, wantKnown: true},
		"a version after it went":                   {api: "storagemigration.k8s.io/v1alpha1", minor: 35, wantKnown: true},
		"a version that clients still know":         {api: "apps/v1beta1", minor: 36, wantKnown: true, wantHas: true},
		"a resource that nobody knows":              {api: "apps/v1/widgets", minor: 36},
		"what kube-apiserver calls all, ga or beta": {api: "api/all", minor: 36},
		"too many parts":                            {api: "apps/v1/deployments/scale", minor: 36},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			found, known := features.API(c.api)
			g.Expect(known).To(Equal(c.wantKnown))
			g.Expect(known && found.Contains(c.minor)).To(Equal(c.wantHas))
		})
	}
}

func TestAdmissionPlugin(t *testing.T) {
	g := NewWithT(t)
	for _, plugin := range []string{"NodeRestriction", "PodSecurity", "ValidatingAdmissionWebhook", "ImagePolicyWebhook"} {
		_, known := features.AdmissionPlugin(plugin)
		g.Expect(known).To(BeTrue(), plugin)
	}
	late, known := features.AdmissionPlugin("PodTopologyLabels")
	g.Expect(known).To(BeTrue())
	g.Expect(late.Contains(32)).To(BeFalse())
	g.Expect(late.String()).To(Equal("Kubernetes from 1.33 on"))
}
