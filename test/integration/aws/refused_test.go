// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/aws"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

// TestMachinesThatAreRefusedTwice has Cluster API Provider AWS refuse what the translation refuses of a Shoot. So nothing of this
// would show only when a topology fails.
func TestMachinesThatAreRefusedTwice(t *testing.T) {
	needsProvider(t)
	cases := map[string]struct {
		// config is what the Shoot says in a WorkerConfig, ours is where the translation refuses it.
		config, ours string
		// machine is what would become of it, theirs is where Cluster API Provider AWS refuses it.
		machine, theirs string
	}{
		"io1 without iops": {`{}`, "volume.iops", `{rootVolume: {type: io1, size: 50}}`, "rootVolume.iops"},
		"throughput of another type": {
			`{volume: {iops: 100, throughput: 200}}`, "volume.throughput", `{rootVolume: {type: io1, iops: 100, size: 50, throughput: 200}}`, "rootVolume.throughput",
		},
		"tokens that are neither": {
			`{volume: {iops: 100}, instanceMetadataOptions: {httpTokens: never}}`, "instanceMetadataOptions.httpTokens",
			`{instanceMetadataOptions: {httpTokens: never}}`, "instanceMetadataOptions.httpTokens",
		},
		"65 hops": {
			`{volume: {iops: 100}, instanceMetadataOptions: {httpPutResponseHopLimit: 65}}`, "instanceMetadataOptions.httpPutResponseHopLimit",
			`{instanceMetadataOptions: {httpPutResponseHopLimit: 65}}`, "instanceMetadataOptions.httpPutResponseHopLimit",
		},
		"another tenancy": {
			`{volume: {iops: 100}, placement: {tenancy: mine}}`, "placement.tenancy", `{tenancy: mine}`, "tenancy",
		},
		"a host without tenancy": {
			`{volume: {iops: 100}, placement: {hostId: h-0123456789abcdef0}}`, "placement.hostId", `{hostID: h-0123456789abcdef0}`, "hostID",
		},
		"a host with a bad id": {
			`{volume: {iops: 100}, placement: {tenancy: host, hostId: h-1}}`, "placement.hostId", `{tenancy: host, hostID: h-1}`, "hostID",
		},
		"affinity without host": {
			`{volume: {iops: 100}, placement: {tenancy: host, affinity: host}}`, "placement.hostId", `{tenancy: host, hostAffinity: host}`, "hostID",
		},
		"spot with a reservation": {
			`{volume: {iops: 100}, instanceMarketOptions: {marketType: spot}, capacityReservation: {capacityReservationId: cr-1}}`,
			"capacityReservation.capacityReservationId",
			`{marketType: Spot, spotMarketOptions: {}, capacityReservationId: cr-1}`, "capacityReservationId",
		},
		"an unknown preference": {
			`{volume: {iops: 100}, capacityReservation: {capacityReservationPreference: some}}`, "capacityReservation.capacityReservationPreference",
			`{capacityReservationPreference: some}`, "capacityReservationPreference",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(translated(t, c.config)).To(ConsistOf(HaveField("Field", "spec.provider.workers[0].providerConfig."+c.ours)))

			spec := map[string]any{"instanceType": "m5.large", "sshKeyName": ""}
			g.Expect(yaml.Unmarshal([]byte(c.machine), &spec)).To(Succeed())
			template := template("AWSMachineTemplate", map[string]any{"template": map[string]any{"spec": spec}})
			err := world.server.Client.Create(t.Context(), template, client.DryRunAll)
			g.Expect(err).To(MatchError(ContainSubstring(c.theirs)))
		})
	}
	t.Run("and what is right is accepted", func(t *testing.T) {
		g := NewWithT(t)
		g.Expect(translated(t, `{volume: {iops: 100}}`)).To(BeEmpty())
		template := template("AWSMachineTemplate", map[string]any{"template": map[string]any{"spec": map[string]any{"instanceType": "m5.large", "sshKeyName": ""}}})
		g.Expect(world.server.Client.Create(t.Context(), template, client.DryRunAll)).To(Succeed())
	})
}

func template(kind string, spec map[string]any) *unstructured.Unstructured {
	out := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	out.SetAPIVersion("infrastructure.cluster.x-k8s.io/v1beta2")
	out.SetKind(kind)
	out.SetNamespace("default")
	out.SetName("refused")
	return out
}

// translated are the problems of the pool of the example with io1 and a WorkerConfig.
func translated(t *testing.T, config string) field.ErrorList {
	t.Helper()
	in := provider.Shoot{Shoot: shoot(t, "usage"), Profile: profile(t), Namespace: "a", Name: "b"}
	worker := &in.Shoot.Spec.Provider.Workers[0]
	worker.Volume.Type = new("io1")
	content := map[string]any{}
	if err := yaml.Unmarshal([]byte(config), &content); err != nil {
		t.Fatal(err)
	}
	content["apiVersion"], content["kind"] = "aws.provider.extensions.gardener.cloud/v1alpha1", "WorkerConfig"
	worker.ProviderConfig = rawOf(t, content)
	_, problems := aws.Provider{}.Pool(in, worker, worker.Zones[0], field.NewPath("spec", "provider", "workers").Index(0))
	return problems
}

func rawOf(t *testing.T, content any) *runtime.RawExtension {
	t.Helper()
	text, err := yaml.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return &runtime.RawExtension{Raw: raw}
}

// TestNetworksThatAreRefusedTwice is the same for the network.
func TestNetworksThatAreRefusedTwice(t *testing.T) {
	needsProvider(t)
	cases := map[string]struct {
		before, after, ours string
		network, theirs     string
	}{
		"a VPC whose range is none": {
			`"cidr":"10.250.0.0/16"`, `"cidr":"all"`, "networks.vpc.cidr", `{vpc: {cidrBlock: all}}`, "spec.network.vpc.cidrBlock",
		},
		"a subnet whose range is none": {
			`"10.250.112.0/22"`, `"some"`, "networks.zones[0].internal",
			`{subnets: [{id: a, cidrBlock: some}]}`, "spec.network.subnets[0].cidrBlock",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			in := provider.Shoot{
				Shoot: shoot(t, "usage"), Profile: profile(t), Namespace: "a", Name: "b",
				Credentials: map[string][]byte{"accessKeyID": []byte(strings.Repeat("A", 20)), "secretAccessKey": []byte(strings.Repeat("s", 40))},
			}
			in.Shoot.Spec.Provider.InfrastructureConfig = replaced(g, in.Shoot, c.before, c.after)
			_, problems := aws.Provider{}.Cluster(in)
			g.Expect(problems).To(ContainElement(HaveField("Field", "spec.provider.infrastructureConfig."+c.ours)))

			network := map[string]any{}
			g.Expect(yaml.Unmarshal([]byte(c.network), &network)).To(Succeed())
			cluster := template("AWSCluster", map[string]any{
				"region": "eu-central-1", "network": network, "controlPlaneLoadBalancer": map[string]any{"loadBalancerType": "disabled"},
			})
			g.Expect(world.server.Client.Create(t.Context(), cluster, client.DryRunAll)).To(MatchError(ContainSubstring(c.theirs)))
		})
	}
}

func replaced(g Gomega, shoot *gardencorev1beta1.Shoot, before, after string) *runtime.RawExtension {
	config := string(shoot.Spec.Provider.InfrastructureConfig.Raw)
	g.Expect(config).To(ContainSubstring(before))
	return &runtime.RawExtension{Raw: []byte(strings.Replace(config, before, after, 1))}
}
