// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"path/filepath"
	"testing"

	. "github.com/onsi/gomega"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// TestClass compares a profile's part of the ClusterClass with what was reviewed.
func TestClass(t *testing.T) {
	g := NewWithT(t)
	class, problems := Provider{}.Class(profile(t))
	g.Expect(problems).To(BeEmpty())
	content, err := yaml.Marshal(map[string]any{
		"infrastructure": class.Infrastructure, "machine": class.Machine, "variables": class.Variables, "patches": class.Patches,
	})
	g.Expect(err).NotTo(HaveOccurred())
	expectGolden(g, "testdata/class.yaml", content)
}

// TestShoots compares the Shoots' parts of Clusters and MachineDeployments with what was reviewed.
func TestShoots(t *testing.T) {
	for name, shoot := range shoots(t) {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			type zonePool struct {
				Name, Zone string
				provider.Pool
			}
			in := of(t, shoot)
			cluster, problems := Provider{}.Cluster(in)
			g.Expect(problems).To(BeEmpty())
			var pools []zonePool
			for i := range shoot.Spec.Provider.Workers {
				worker := &shoot.Spec.Provider.Workers[i]
				for _, zone := range worker.Zones {
					pool, problems := Provider{}.Pool(in, worker, zone, pathOf(i))
					g.Expect(problems).To(BeEmpty())
					pools = append(pools, zonePool{worker.Name, zone, pool})
				}
			}
			content, err := yaml.Marshal(map[string]any{"cluster": cluster, "pools": pools})
			g.Expect(err).NotTo(HaveOccurred())
			expectGolden(g, filepath.Join("testdata", name, "objects.yaml"), content)
		})
	}
}

func TestAnIdentityIsOfOneClusterOnly(t *testing.T) {
	g := NewWithT(t)
	in := of(t, usage(t))
	one, _ := Provider{}.Cluster(in)
	in.Namespace = "capi--other--johndoe-aws"
	other, _ := Provider{ControllerNamespace: "elsewhere"}.Cluster(in)
	g.Expect(one.Objects).To(HaveLen(2))
	for i := range one.Objects {
		g.Expect(one.Objects[i].GetName()).NotTo(Equal(other.Objects[i].GetName()))
	}
	g.Expect(other.Objects[0].GetNamespace()).To(Equal("elsewhere"))
	g.Expect(other.Variables).To(ContainElement(clusterv1.ClusterVariable{Name: identityVariable, Value: jsonOf(other.Objects[1].GetName())}))
}
