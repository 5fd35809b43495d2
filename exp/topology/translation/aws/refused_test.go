// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation/provider"
)

const infrastructureField = "spec.provider.infrastructureConfig."

// TestInfrastructureIsRefused changes the example of a new network. Rules are those of Gardener's AWS extension for an
// InfrastructureConfig, and of Cluster API Provider AWS where the text says so.
func TestInfrastructureIsRefused(t *testing.T) {
	cases := map[string]struct {
		change string
		want   []string
	}{
		"another kind":                              {`{kind: ControlPlaneConfig}`, []string{"kind"}},
		"another version of the API":                {`{apiVersion: aws.provider.extensions.gardener.cloud/v1}`, []string{"apiVersion"}},
		"an unknown field, by its path":             {`{networks: {zones: [{worker: 10.250.0.0/19}]}}`, []string{"networks.zones[0].worker"}},
		"a value of another type":                   {`{networks: 1}`, []string{""}},
		"neither an existing nor a new VPC":         {`{networks: {vpc: {cidr: null}}}`, []string{"networks.vpc"}},
		"both":                                      {`{networks: {vpc: {id: vpc-1}}}`, []string{"networks.vpc", "networks.zones[0].workers", "networks.zones[0].public", "networks.zones[0].internal"}},
		"a VPC whose id is none":                    {`{networks: {vpc: {id: my-vpc, cidr: null}, zones: [{workers: null, public: null, internal: null, workersSubnetID: subnet-1}]}}`, []string{"networks.vpc.id"}},
		"a range that is none":                      {`{networks: {zones: [{internal: here}]}}`, []string{"networks.zones[0].internal"}},
		"a range that is not canonical":             {`{networks: {zones: [{internal: 10.250.112.1/22}]}}`, []string{"networks.zones[0].internal"}},
		"no zone":                                   {`{networks: {zones: null}}`, []string{"networks.zones"}},
		"a zone that the profile lacks":             {`{networks: {zones: [{name: eu-central-1z}]}}`, []string{"networks.zones[0].name"}},
		"a zone twice":                              {`{networks: {zones: [{}, {name: eu-central-1a, workers: 10.250.32.0/19, public: 10.250.100.0/22}]}}`, []string{"networks.zones[1].name"}},
		"workers outside the VPC":                   {`{networks: {zones: [{workers: 10.251.0.0/19}]}}`, []string{"networks.zones[0].workers", "networks.zones[0].workers"}},
		"subnets that overlap":                      {`{networks: {zones: [{public: 10.250.112.0/23}]}}`, []string{"networks.zones[0].internal"}},
		"no public subnet, where CAPA needs one":    {`{networks: {zones: [{public: null}]}}`, []string{"networks.zones[0].public"}},
		"no subnet of workers":                      {`{networks: {zones: [{workers: null}]}}`, []string{"networks.zones[0].workers"}},
		"an existing subnet in a new VPC":           {`{networks: {zones: [{publicSubnetID: subnet-1}]}}`, []string{"networks.zones[0].publicSubnetID"}},
		"an existing security group in a new VPC":   {`{networks: {nodesSecurityGroupID: sg-1}}`, []string{"networks.nodesSecurityGroupID"}},
		"an address that CAPA cannot use":           {`{networks: {zones: [{elasticIPAllocationID: eipalloc-1}]}}`, []string{"networks.zones[0].elasticIPAllocationID"}},
		"a pool of addresses without both families": {`{networks: {vpc: {ipv6IpamPool: {id: a}}}}`, []string{"networks.vpc.ipv6IpamPool"}},
		"a range of a pool":                         {`{dualStack: {enabled: true}, networks: {vpc: {ipv6IpamPool: {id: a, cidrBlock: "2001:db8::/56"}}}}`, []string{"networks.vpc.ipv6IpamPool.cidrBlock"}},
		"a pool without name":                       {`{dualStack: {enabled: true}, networks: {vpc: {ipv6IpamPool: {}}}}`, []string{"networks.vpc.ipv6IpamPool.id"}},
		"new subnets in an existing VPC, which CAPA does not make": {
			`{networks: {vpc: {id: vpc-1, cidr: null}}}`,
			[]string{"networks.zones[0].workers", "networks.zones[0].public", "networks.zones[0].internal"},
		},
		"both families in an existing VPC": {
			`{dualStack: {enabled: true}, networks: {vpc: {id: vpc-1, cidr: null}, zones: [{workers: null, public: null, internal: null, workersSubnetID: subnet-1}]}}`,
			[]string{"dualStack.enabled"},
		},
		"one subnet in two zones": {
			`{networks: {vpc: {id: vpc-1, cidr: null}, zones: [{workers: null, public: null, internal: null, workersSubnetID: subnet-1}, {name: eu-central-1b, workersSubnetID: subnet-1}]}}`,
			[]string{"networks.zones[1].workersSubnetID"},
		},
		"machines in a public subnet": {
			`{networks: {vpc: {id: vpc-1, cidr: null}, zones: [{workers: null, public: null, internal: null, workersSubnetID: subnet-1, publicSubnetID: subnet-1}]}}`,
			[]string{"networks.zones[0].publicSubnetID"},
		},
		"an existing VPC without subnets": {
			`{networks: {vpc: {id: vpc-1, cidr: null}, zones: [{workers: null, public: null, internal: null}]}}`,
			[]string{"networks.zones[0].workersSubnetID"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			shoot := changed(t, usage(t), "{spec: {provider: {infrastructureConfig: "+c.change+"}}}")
			_, problems := Provider{}.Cluster(of(t, shoot))
			var want []string
			for _, path := range c.want {
				want = append(want, strings.TrimSuffix(infrastructureField+path, "."))
			}
			NewWithT(t).Expect(paths(problems)).To(ConsistOf(want), "%v", problems.ToAggregate())
		})
	}
}

// TestShootsAreRefused changes what is outside the InfrastructureConfig.
func TestShootsAreRefused(t *testing.T) {
	cases := map[string]struct{ change, want string }{
		"no infrastructure":                        {`{provider: {infrastructureConfig: null}}`, "spec.provider.infrastructureConfig"},
		"no nodes":                                 {`{networking: {nodes: null}}`, "spec.networking.nodes"},
		"nodes outside the VPC":                    {`{networking: {nodes: 10.250.0.0/15}}`, "spec.networking.nodes"},
		"pods in the VPC":                          {`{networking: {pods: 10.250.128.0/17}}`, infrastructureField + "networks.vpc.cidr"},
		"both families of which the VPC has one":   {`{networking: {ipFamilies: [IPv4, IPv6]}}`, infrastructureField + "dualStack.enabled"},
		"no workers":                               {`{provider: {workers: null}}`, "spec.provider.workers"},
		"a controller that nobody installs":        {`{provider: {controlPlaneConfig: {loadBalancerController: {enabled: true}}}}`, "spec.provider.controlPlaneConfig.loadBalancerController.enabled"},
		"routes that nobody makes":                 {`{provider: {controlPlaneConfig: {cloudControllerManager: {useCustomRouteController: true}}}}`, "spec.provider.controlPlaneConfig.cloudControllerManager.useCustomRouteController"},
		"an unknown field of the control plane":    {`{provider: {controlPlaneConfig: {zone: eu-central-1a}}}`, "spec.provider.controlPlaneConfig.zone"},
		"an old kind of configuration, by version": {`{provider: {controlPlaneConfig: {apiVersion: aws.provider.extensions.gardener.cloud/__internal}}}`, "spec.provider.controlPlaneConfig.apiVersion"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, problems := Provider{}.Cluster(of(t, changed(t, usage(t), "{spec: "+c.change+"}")))
			NewWithT(t).Expect(paths(problems)).To(ConsistOf(c.want), "%v", problems.ToAggregate())
		})
	}
}

// TestPoolsAreRefused changes the pool of the example. Rules are those of Gardener's AWS extension for a WorkerConfig, and of
// Cluster API Provider AWS where the text says so.
func TestPoolsAreRefused(t *testing.T) {
	config := func(content string) string {
		return "{providerConfig: {apiVersion: " + configVersion + ", kind: WorkerConfig, " + strings.TrimPrefix(content, "{") + "}"
	}
	cases := map[string]struct {
		change string
		want   []string
	}{
		"no volume":               {`{volume: null}`, []string{"volume"}},
		"a volume without type":   {`{volume: {type: null}}`, []string{"volume.type"}},
		"a volume that is small":  {`{volume: {size: 7Gi}}`, []string{"volume.size"}},
		"a size that is none":     {`{volume: {size: big}}`, []string{"volume.size"}},
		"too many data volumes":   {`{dataVolumes: [` + strings.Repeat(`{name: a, type: gp3, size: 10Gi},`, 12) + `]}`, []string{"dataVolumes"}},
		"a data volume, no type":  {`{dataVolumes: [{name: a, size: 10Gi}]}`, []string{"dataVolumes[0].type"}},
		"no image":                {`{machine: {image: null}}`, []string{"machine.image"}},
		"an image without AMI":    {`{machine: {image: {version: 1877.4.0}}}`, []string{"machine.image"}},
		"an image, other machine": {`{machine: {architecture: arm64, image: {name: flatcar, version: 4230.2.1}}}`, []string{"machine.image"}},
		"a zone without network":  {`{zones: [eu-central-1c]}`, []string{"zones"}},
		"another kind":            {`{providerConfig: {apiVersion: ` + configVersion + `, kind: InfrastructureConfig}}`, []string{"providerConfig.kind"}},

		"an unknown field":                    {config(`{spot: true}`), []string{"providerConfig.spot"}},
		"io1 without iops":                    {`{volume: {type: io1}}`, []string{"providerConfig.volume.iops"}},
		"io2 without iops, for CAPA":          {`{dataVolumes: [{name: a, type: io2, size: 10Gi}]}`, []string{"providerConfig.dataVolumes[a].iops"}},
		"iops of 0":                           {config(`{volume: {iops: 0}}`), []string{"providerConfig.volume.iops"}},
		"throughput of gp2, for CAPA":         {config(`{volume: {throughput: 200}}`), []string{"providerConfig.volume.throughput"}},
		"throughput of 0":                     {config(`{volume: {throughput: 0}}`), []string{"providerConfig.volume.throughput"}},
		"an unknown data volume":              {config(`{dataVolumes: [{name: b}]}`), []string{"providerConfig.dataVolumes[0].name"}},
		"a profile without name":              {config(`{iamInstanceProfile: {}}`), []string{"providerConfig.iamInstanceProfile"}},
		"a profile with a bad name":           {config(`{iamInstanceProfile: {name: a b}}`), []string{"providerConfig.iamInstanceProfile.name"}},
		"a profile with a bad ARN":            {config(`{iamInstanceProfile: {arn: here}}`), []string{"providerConfig.iamInstanceProfile.arn"}},
		"tokens that are neither":             {config(`{instanceMetadataOptions: {httpTokens: never}}`), []string{"providerConfig.instanceMetadataOptions.httpTokens"}},
		"65 hops":                             {config(`{instanceMetadataOptions: {httpPutResponseHopLimit: 65}}`), []string{"providerConfig.instanceMetadataOptions.httpPutResponseHopLimit"}},
		"fewer cores, which CAPA cannot":      {config(`{cpuOptions: {coreCount: 1, threadsPerCore: 1}}`), []string{"providerConfig.cpuOptions.coreCount", "providerConfig.cpuOptions.threadsPerCore"}},
		"encrypted memory, neither on or off": {config(`{cpuOptions: {amdSevSnp: "yes"}}`), []string{"providerConfig.cpuOptions.amdSevSnp"}},
		"a group of reservations":             {config(`{capacityReservation: {capacityReservationResourceGroupArn: "arn:aws:resource-groups:a"}}`), []string{"providerConfig.capacityReservation.capacityReservationResourceGroupArn"}},
		"a reservation that may be left":      {config(`{capacityReservation: {capacityReservationPreference: open, capacityReservationId: cr-1}}`), []string{"providerConfig.capacityReservation.capacityReservationPreference"}},
		"an unknown preference":               {config(`{capacityReservation: {capacityReservationPreference: some}}`), []string{"providerConfig.capacityReservation.capacityReservationPreference"}},
		"a spot instance with reservation":    {config(`{instanceMarketOptions: {marketType: spot}, capacityReservation: {capacityReservationId: cr-1}}`), []string{"providerConfig.capacityReservation.capacityReservationId"}},
		"a spot instance, reservations only":  {config(`{instanceMarketOptions: {marketType: spot}, capacityReservation: {capacityReservationPreference: capacity-reservations-only}}`), []string{"providerConfig.capacityReservation.capacityReservationPreference"}},
		"a block without reservation":         {config(`{instanceMarketOptions: {marketType: capacity-block}}`), []string{"providerConfig.capacityReservation.capacityReservationId"}},
		"another market":                      {config(`{instanceMarketOptions: {marketType: interruptible-capacity-reservation}}`), []string{"providerConfig.instanceMarketOptions.marketType"}},
		"network interfaces":                  {config(`{networkInterfaces: [{type: efa}]}`), []string{"providerConfig.networkInterfaces"}},
		"a placement group by id":             {config(`{placement: {groupId: pg-1, partitionNumber: 2}}`), []string{"providerConfig.placement.groupId", "providerConfig.placement.partitionNumber"}},
		"a host without tenancy":              {config(`{placement: {hostId: h-0123456789abcdef0}}`), []string{"providerConfig.placement.hostId"}},
		"affinity without host":               {config(`{placement: {tenancy: host, affinity: host}}`), []string{"providerConfig.placement.hostId"}},
		"another tenancy":                     {config(`{placement: {tenancy: mine}}`), []string{"providerConfig.placement.tenancy"}},
		"a host with a bad id":                {config(`{placement: {tenancy: host, hostId: h-1}}`), []string{"providerConfig.placement.hostId"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			shoot := changed(t, usage(t), "{spec: {provider: {workers: ["+c.change+"]}}}")
			worker := &shoot.Spec.Provider.Workers[0]
			_, problems := Provider{}.Pool(of(t, shoot), worker, worker.Zones[0], pathOf(0))
			var want []string
			for _, path := range c.want {
				want = append(want, "spec.provider.workers[0]."+path)
			}
			NewWithT(t).Expect(paths(problems)).To(ConsistOf(want), "%v", problems.ToAggregate())
		})
	}
}

func TestASnapshotIsRefused(t *testing.T) {
	shoot := changed(t, usage(t), `{spec: {provider: {workers: [{dataVolumes: [{name: a, type: gp3, size: 10Gi}], providerConfig: {
		apiVersion: aws.provider.extensions.gardener.cloud/v1alpha1, kind: WorkerConfig, dataVolumes: [{name: a, snapshotID: snap-1}, {name: a}]}}]}}}`)
	_, problems := Provider{}.Pool(of(t, shoot), &shoot.Spec.Provider.Workers[0], "eu-central-1a", pathOf(0))
	NewWithT(t).Expect(paths(problems)).To(ConsistOf(
		"spec.provider.workers[0].providerConfig.dataVolumes[0].snapshotID", "spec.provider.workers[0].providerConfig.dataVolumes[1].name"))
}

// TestCredentialsAreRefused is about the form that Gardener's AWS extension asks of the Secret of a binding.
func TestCredentialsAreRefused(t *testing.T) {
	id, key := strings.Repeat("A", 20), strings.Repeat("k", 40)
	cases := map[string]struct {
		data map[string][]byte
		want []string
	}{
		"no binding":            {nil, []string{"need credentials"}},
		"an empty Secret":       {map[string][]byte{}, []string{"has no accessKeyID", "has no secretAccessKey"}},
		"an id that is none":    {map[string][]byte{"accessKeyID": []byte(strings.ToLower(id)), "secretAccessKey": []byte(key)}, []string{"accessKeyID in the Secret"}},
		"a key with a new line": {map[string][]byte{"accessKeyID": []byte(id), "secretAccessKey": []byte(key + "\n")}, []string{"secretAccessKey in the Secret"}},
		"names of DNS":          {map[string][]byte{"AWS_ACCESS_KEY_ID": []byte(id), "AWS_SECRET_ACCESS_KEY": []byte(key)}, nil},
		"the usual names":       {map[string][]byte{"accessKeyID": []byte(id), "secretAccessKey": []byte(key)}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			in := of(t, usage(t))
			in.Credentials = c.data
			_, problems := Provider{}.Cluster(in)
			g.Expect(problems).To(HaveLen(len(c.want)))
			for i, problem := range problems {
				g.Expect(problem.Error()).To(ContainSubstring(c.want[i]))
				g.Expect(problem.Field).To(Equal("spec.credentialsBindingName"))
				for _, secret := range c.data {
					g.Expect(bytes.Contains([]byte(problem.Error()), secret)).To(BeFalse(), "a problem tells a credential")
				}
			}
		})
	}
}

// TestProfilesAreRefused is about the rules of Gardener's AWS extension for a CloudProfileConfig.
func TestProfilesAreRefused(t *testing.T) {
	const images = "spec.providerConfig.machineImages"
	header := `"apiVersion": "` + configVersion + `", "kind": "CloudProfileConfig"`
	flatcar := `{"name": "flatcar", "versions": [{"version": "4230.2.1", "regions": [{"name": "a", "ami": "b"}]}]}`
	garden := func(version string) string { return `{"name": "gardenlinux", "versions": [` + version + `]}` }
	cases := map[string]struct {
		config string
		want   []string
	}{
		"no configuration":  {``, []string{"spec.providerConfig"}},
		"an unknown field":  {`{` + header + `, "images": []}`, []string{"spec.providerConfig.images"}},
		"images, no AMIs":   {`{` + header + `, "machineImages": [` + flatcar + `]}`, []string{"spec.machineImages[0].versions[0]"}},
		"a version, no AMI": {`{` + header + `, "machineImages": [` + flatcar + `,` + garden(`{"version": "1877.3.0"}`) + `]}`, []string{images + "[1].versions[0].regions"}},
		"an empty AMI": {
			`{` + header + `, "machineImages": [` + flatcar + `,` + garden(`{"version": "1877.3.0", "regions": [{"name": "", "ami": "", "architecture": "riscv"}]}`) + `]}`,
			[]string{images + "[1].versions[0].regions[0].name", images + "[1].versions[0].regions[0].ami", images + "[1].versions[0].regions[0].architecture"},
		},
		"flavors of a profile without capabilities": {
			`{` + header + `, "machineImages": [` + flatcar + `,` + garden(`{"version": "1877.3.0", "capabilityFlavors": [{"regions": [{"name": "a", "ami": "b"}]}]}`) + `]}`,
			[]string{images + "[1].versions[0].capabilityFlavors"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in := profile(t)
			in.Spec.ProviderConfig.Raw = []byte(c.config)
			_, problems := Provider{}.Class(in)
			NewWithT(t).Expect(paths(problems)).To(ConsistOf(c.want), "%v", problems.ToAggregate())
		})
	}
	t.Run("no machine types", func(t *testing.T) {
		in := profile(t)
		in.Spec.MachineTypes = nil
		_, problems := Provider{}.Class(in)
		NewWithT(t).Expect(paths(problems)).To(ConsistOf("spec.machineTypes"))
	})
}

// TestUpdatesAreRefused is about what Gardener does not allow to change in an InfrastructureConfig.
func TestUpdatesAreRefused(t *testing.T) {
	cases := map[string]struct {
		change string
		want   []string
	}{
		"nothing":                        {`{}`, nil},
		"what cannot be read":            {`{networks: {zone: a}}`, nil},
		"tags":                           {`{ignoreTags: {keys: [a]}}`, nil},
		"a zone more":                    {`{networks: {zones: [{}, {name: eu-central-1b, workers: 10.250.32.0/19, public: 10.250.100.0/22}]}}`, nil},
		"the range of the VPC":           {`{networks: {vpc: {cidr: 10.250.0.0/17}}}`, []string{"networks.vpc.cidr"}},
		"an existing VPC in its place":   {`{networks: {vpc: {cidr: null, id: vpc-1}}}`, []string{"networks.vpc.id", "networks.vpc.cidr"}},
		"the range of workers":           {`{networks: {zones: [{workers: 10.250.0.0/20}]}}`, []string{"networks.zones[0].workers"}},
		"the name of a zone":             {`{networks: {zones: [{name: eu-central-1b}]}}`, []string{"networks.zones[0].name"}},
		"a zone less":                    {`{networks: {zones: null}}`, []string{"networks.zones"}},
		"no public subnet any more":      {`{networks: {zones: [{public: null}]}}`, []string{"networks.zones[0].public"}},
		"dedicated machines":             {`{enableDedicatedTenancyForVPC: true}`, []string{"enableDedicatedTenancyForVPC"}},
		"both families, which CAPA does": {`{dualStack: {enabled: true}}`, []string{"dualStack"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			now := changed(t, usage(t), "{spec: {provider: {infrastructureConfig: "+c.change+"}}}")
			var want []string
			for _, path := range c.want {
				want = append(want, infrastructureField+path)
			}
			NewWithT(t).Expect(paths(Provider{}.ValidateUpdate(now, usage(t)))).To(ConsistOf(want))
		})
	}
}

func TestNotCarriedOut(t *testing.T) {
	g := NewWithT(t)
	shoot := usage(t)
	var reporter provider.Reporter = Provider{}
	g.Expect(reporter.NotCarriedOut(shoot)).To(ConsistOf(HaveField("Path", infrastructureField+"elasticFileSystem.enabled")))
	shoot = changed(t, shoot, fmt.Sprintf(`{spec: {provider: {
		infrastructureConfig: {enableECRAccess: false, enableMTUCustomizer: true, elasticFileSystem: {enabled: false}, networks: {vpc: {gatewayEndpoints: [s3]}}},
		controlPlaneConfig: {cloudControllerManager: {featureGates: {A: true}}, storage: {managedDefaultClass: true}},
		workers: [{providerConfig: {apiVersion: %s, kind: WorkerConfig, nodeTemplate: {capacity: {cpu: 1}}}}]}}}`, configVersion))
	var got []string
	for _, f := range reporter.NotCarriedOut(shoot) {
		g.Expect(f.Reason).NotTo(BeEmpty())
		got = append(got, f.Path)
	}
	g.Expect(got).To(ConsistOf(
		infrastructureField+"enableECRAccess", infrastructureField+"enableMTUCustomizer", infrastructureField+"networks.vpc.gatewayEndpoints[]",
		"spec.provider.controlPlaneConfig.cloudControllerManager.featureGates{}", "spec.provider.controlPlaneConfig.storage.managedDefaultClass",
		"spec.provider.workers[].providerConfig.nodeTemplate",
	))
	_, problems := Provider{}.Cluster(of(t, shoot))
	g.Expect(problems).To(BeEmpty())
}
