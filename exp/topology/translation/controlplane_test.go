// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation_test

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
)

func TestHighAvailability(t *testing.T) {
	const workerless = `{provider: {type: local, workers: []}, networking: null}`
	tolerance := func(typ string) string {
		return `{controlPlane: {highAvailability: {failureTolerance: {type: ` + typ + `}}}}`
	}
	cases := map[string]struct {
		changes          []string
		scaleDown        string
		apiServers, etcd int32
	}{
		"Gardener §5: two API servers and one etcd member":                {apiServers: 2, etcd: 1},
		"Gardener §5: three of both for the failure of a node":            {changes: []string{tolerance("node")}, apiServers: 3, etcd: 3},
		"Gardener §5: three of both for the failure of a zone":            {changes: []string{tolerance("zone")}, apiServers: 3, etcd: 3},
		"Gardener §5: as many without workers":                            {changes: []string{workerless}, apiServers: 2, etcd: 1},
		"Gardener §5: as many without workers, for a zone":                {changes: []string{workerless, tolerance("zone")}, apiServers: 3, etcd: 3},
		"Gardener §5: four API servers that must not be scaled down":      {scaleDown: "true", apiServers: 4, etcd: 1},
		"Gardener §5: four of them for the failure of a zone, too":        {changes: []string{tolerance("zone")}, scaleDown: "true", apiServers: 4, etcd: 3},
		"Gardener §5: an annotation that says no says nothing about them": {scaleDown: "false", apiServers: 2, etcd: 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			wanted := shoot(t, c.changes...)
			wanted.Annotations = map[string]string{"alpha.control-plane.scaling.shoot.gardener.cloud/scale-down-disabled": c.scaleDown}
			topology := translated(t, wanted).Cluster.Spec.Topology
			g.Expect(topology.ControlPlane.Replicas).To(HaveValue(Equal(c.apiServers)))
			etcd := value[controlplanev1.EtcdSpec](t, topology.Variables, "etcd")
			for _, replicas := range []*int32{etcd.Main.Replicas, etcd.Events.Replicas} {
				if c.etcd == 1 {
					g.Expect(replicas).To(BeNil(), "one member is the default, and the number may never shrink")
				} else {
					g.Expect(replicas).To(HaveValue(Equal(c.etcd)))
				}
			}
		})
	}
}

func TestNetworkRanges(t *testing.T) {
	cases := map[string]struct {
		shoot, seed    string
		pods, services []string
	}{
		"Gardener §16: are Gardener's where nobody says others": {
			pods: []string{"100.96.0.0/11"}, services: []string{"100.64.0.0/13"},
		},
		"Gardener §16: are the seed's for its Shoots": {
			seed: `{networks: {shootDefaults: {pods: 10.0.0.0/12, services: 10.16.0.0/16}}}`,
			pods: []string{"10.0.0.0/12"}, services: []string{"10.16.0.0/16"},
		},
		"Gardener §16: are the Shoot's before all others": {
			shoot: `{networking: {type: flannel, pods: 10.32.0.0/16}}`, seed: `{networks: {shootDefaults: {pods: 10.0.0.0/12, services: 10.16.0.0/16}}}`,
			pods: []string{"10.32.0.0/16"}, services: []string{"10.16.0.0/16"},
		},
		"Gardener §15: are those of services alone without workers": {
			shoot: `{provider: {type: local, workers: []}, networking: {services: 10.48.0.0/16}}`, services: []string{"10.48.0.0/16"},
		},
		"are of IPv6 where the Shoot says so": {
			shoot: `{networking: {type: flannel, ipFamilies: [IPv6], pods: "2001:db8::/64", services: "2001:db8:1::/108"}}`,
			pods:  []string{"2001:db8::/64"}, services: []string{"2001:db8:1::/108"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			seed := &gardencorev1beta1.Seed{}
			g.Expect(yaml.UnmarshalStrict([]byte(c.seed), &seed.Spec)).To(Succeed())
			out := translated(t, shoot(t, c.shoot), func(in *translation.Input) { in.Seed = seed })
			g.Expect(out.Cluster.Spec.ClusterNetwork.Pods.CIDRBlocks).To(Equal(c.pods))
			g.Expect(out.Cluster.Spec.ClusterNetwork.Services.CIDRBlocks).To(Equal(c.services))
		})
	}
}

func TestWhereAControlPlaneRuns(t *testing.T) {
	g := NewWithT(t)
	out := translated(t, shoot(t))
	g.Expect(out.Namespace.Name).To(Equal("capi--dev--my-shoot"))
	g.Expect(value[controlplanev1.SeedSpec](t, out.Cluster.Spec.Topology.Variables, "seed")).To(
		Equal(controlplanev1.SeedSpec{Namespace: "shoot--dev--my-shoot"}), "Gardener §0.5: the technical ID")

	older := shoot(t)
	older.Status.TechnicalID = "shoot--older--name"
	out = translated(t, older, func(in *translation.Input) { in.SeedKubeconfig = []byte("kubeconfig") })
	seed := value[controlplanev1.SeedSpec](t, out.Cluster.Spec.Topology.Variables, "seed")
	g.Expect(seed.Namespace).To(Equal("shoot--older--name"), "Gardener §0.5: the status wins once it is set")
	g.Expect(out.Objects).To(ContainElement(And(
		HaveField("Name", seed.KubeconfigRef.Name), HaveField("Data", HaveKeyWithValue("value", []byte("kubeconfig"))),
	)))
}
