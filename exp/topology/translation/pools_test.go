// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation_test

import (
	"encoding/json"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/translation"
)

// onePool is a change of a Shoot that leaves it with one pool of one small machine, with changes of that pool.
func onePool(changes ...string) string {
	worker := gardencorev1beta1.Worker{Name: "pool", Minimum: 1, Maximum: 1, Machine: gardencorev1beta1.Machine{Type: "small"}}
	for _, change := range changes {
		if err := yaml.UnmarshalStrict([]byte("{"+change+"}"), &worker); err != nil {
			panic(err)
		}
	}
	encoded, err := json.Marshal(worker)
	if err != nil {
		panic(err)
	}
	return `{provider: {type: local, workers: [` + string(encoded) + `]}}`
}

func machineDeployments(t *testing.T, pool string, more ...string) []clusterv1.MachineDeploymentTopology {
	t.Helper()
	return translated(t, shoot(t, append([]string{onePool(pool)}, more...)...)).Cluster.Spec.Topology.Workers.MachineDeployments
}

func TestAPoolIsOneMachineDeploymentForEachZone(t *testing.T) {
	g := NewWithT(t)
	got := machineDeployments(t, `minimum: 2, maximum: 5, zones: [b, a, c]`)
	var names, domains, bounds []string
	for _, pool := range got {
		names = append(names, pool.Name)
		domains = append(domains, pool.FailureDomain)
		bounds = append(bounds, pool.Metadata.Annotations[clusterv1.AutoscalerMinSizeAnnotation]+"-"+pool.Metadata.Annotations[clusterv1.AutoscalerMaxSizeAnnotation])
		g.Expect(pool.Replicas).To(BeNil(), "Cluster API takes either a number or bounds")
	}
	g.Expect(names).To(Equal([]string{"pool-z1", "pool-z2", "pool-z3"}), "Gardener §17: the order of zones is their identity")
	g.Expect(domains).To(Equal([]string{"b", "a", "c"}))
	g.Expect(bounds).To(Equal([]string{"1-2", "1-2", "0-1"}), "Gardener §17: minimum 2 and maximum 5 over three zones")

	longer := machineDeployments(t, `minimum: 2, maximum: 5, zones: [b, a, c, d]`)
	for i, pool := range got {
		g.Expect(longer[i].Name).To(Equal(pool.Name), "a further zone renames nothing")
		g.Expect(longer[i].FailureDomain).To(Equal(pool.FailureDomain))
	}
}

func TestAPoolOfOneSizeHasANumberOfMachines(t *testing.T) {
	g := NewWithT(t)
	got := machineDeployments(t, `minimum: 3, maximum: 3, zones: [a, b]`)
	g.Expect(got[0].Replicas).To(HaveValue(Equal(int32(2))))
	g.Expect(got[1].Replicas).To(HaveValue(Equal(int32(1))))
	g.Expect(got[0].Metadata.Annotations).NotTo(HaveKey(clusterv1.AutoscalerMinSizeAnnotation))
}

func TestAZoneCanAlwaysReplaceItsMachines(t *testing.T) {
	g := NewWithT(t)
	for _, pool := range machineDeployments(t, `maxSurge: 1, maxUnavailable: 0, zones: [a, b]`) {
		rolling := pool.Rollout.Strategy.RollingUpdate
		g.Expect(rolling.MaxSurge.IntValue()+rolling.MaxUnavailable.IntValue()).To(Equal(1), "Cluster API refuses 0 of both: "+pool.Name)
	}
}

func TestTimesOfMachines(t *testing.T) {
	g := NewWithT(t)
	g.Expect(machineDeployments(t, `zones: []`)[0].HealthCheck.IsDefined()).To(BeFalse(), "the class has Gardener's times")
	own := machineDeployments(t, `machineControllerManager: {machineDrainTimeout: 1m, machineHealthTimeout: 90s, machineCreationTimeout: 1h, nodeConditions: [Broken]}`)[0]
	g.Expect(own.Deletion.NodeDrainTimeoutSeconds).To(HaveValue(Equal(int32(60))))
	g.Expect(own.HealthCheck.Checks.NodeStartupTimeoutSeconds).To(HaveValue(Equal(int32(3600))))
	g.Expect(own.HealthCheck.Checks.UnhealthyNodeConditions).To(ConsistOf(
		And(HaveField("Type", BeEquivalentTo("Ready")), HaveField("Status", BeEquivalentTo("False")), HaveField("TimeoutSeconds", HaveValue(BeEquivalentTo(90)))),
		And(HaveField("Type", BeEquivalentTo("Ready")), HaveField("Status", BeEquivalentTo("Unknown"))),
		And(HaveField("Type", BeEquivalentTo("Broken")), HaveField("Status", BeEquivalentTo("True"))),
	), "Gardener §18: conditions of the pool instead of Gardener's")
	g.Expect(own.HealthCheck.Checks.UnhealthyMachineConditions).NotTo(BeEmpty(), "those of the infrastructure stay")
	g.Expect(own.HealthCheck.Remediation.MaxInFlight).To(HaveValue(HaveField("IntVal", int32(1))), "Gardener §18: one at a time")
	none := machineDeployments(t, `machineControllerManager: {machineDrainTimeout: 0s}`)[0]
	g.Expect(none.Deletion.NodeDrainTimeoutSeconds).To(HaveValue(Equal(int32(1))), "0 would be for ever")
}

// TestWhatReplacesMachines follows a change into what machines are made from: variables that get into templates, and the
// failure domain. Cluster API gives the rest to machines that exist.
func TestWhatReplacesMachines(t *testing.T) {
	cases := map[string]struct {
		pool, shoot string
		want        bool
	}{
		"Gardener §19: another machine type does":                               {pool: `machine: {type: large}`, want: true},
		"Gardener §19: what kubelets keep from pods does":                       {pool: `kubernetes: {kubelet: {kubeReserved: {cpu: 200m}}}`, want: true},
		"Gardener §19: the CPU manager does":                                    {shoot: `{kubernetes: {kubelet: {cpuManagerPolicy: static}}}`, want: true},
		"Gardener §19: a DNS cache on nodes does":                               {shoot: `{systemComponents: {nodeLocalDNS: {enabled: true}}}`, want: true},
		"Gardener §19: a label does not":                                        {pool: `labels: {example.com/a: b}`},
		"other than in Gardener, a taint does":                                  {pool: `taints: [{key: a, effect: NoSchedule}]`, want: true},
		"Gardener §19: a label that Cluster API copies to nodes does not":       {pool: `labels: {node-role.kubernetes.io/a: b}`},
		"Gardener §19: an annotation does not":                                  {pool: `annotations: {a: b}`},
		"Gardener §19: the number of machines does not":                         {pool: `minimum: 2, maximum: 7`},
		"Gardener §19: surge does not":                                          {pool: `maxSurge: 5`},
		"Gardener §19: a further zone does not replace those of the first ones": {pool: `zones: [a, b]`},
		"Gardener §19: a time does not":                                         {pool: `machineControllerManager: {machineDrainTimeout: 1m}`},
		"Gardener §19: settings of the control plane do not":                    {shoot: `{kubernetes: {kubeAPIServer: {eventTTL: 2h}}}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before := machineDeployments(t, `zones: [a]`)[0]
			merged := []string{onePool(`zones: [a]`, c.pool)}
			if c.shoot != "" {
				merged = append(merged, c.shoot)
			}
			after := translated(t, shoot(t, merged...)).Cluster.Spec.Topology.Workers.MachineDeployments[0]
			same := NewWithT(t).Expect
			if c.want {
				same(after.Variables).NotTo(Equal(before.Variables))
				return
			}
			same(after.Variables).To(Equal(before.Variables))
			same(after.FailureDomain).To(Equal(before.FailureDomain))
		})
	}
}

func TestAPoolWithAVersionOfItsOwnIsNoPartOfTheTopology(t *testing.T) {
	g := NewWithT(t)
	const own = `kubernetes: {version: 1.34.7, kubelet: {maxPods: 50}}, zones: [a, b], labels: {a/b: c}`
	out := translated(t, shoot(t, onePool(own)))
	g.Expect(out.Cluster.Spec.Topology.Version).To(Equal("v1.36.3"))
	g.Expect(out.Cluster.Spec.Topology.Workers.MachineDeployments).To(BeEmpty())
	kinds := map[string]int{}
	for _, object := range out.Pools {
		kinds[object.GetObjectKind().GroupVersionKind().Kind]++
		g.Expect(object.GetNamespace()).To(Equal("capi--dev--my-shoot"))
		g.Expect(object.GetLabels()).To(HaveKeyWithValue(clusterv1.ClusterNameLabel, "shoot--dev--my-shoot"))
	}
	g.Expect(kinds).To(Equal(map[string]int{
		"KubeceptionConfigTemplate": 1, "KubeceptionMachineTemplate": 1, "MachineDeployment": 2, "MachineHealthCheck": 2,
	}), "zones share templates that are the same")

	pool := find[*clusterv1.MachineDeployment](out.Pools)
	g.Expect(pool.Spec.Template.Spec.Version).To(Equal("v1.34.7"))
	for _, template := range out.Pools {
		if template.GetObjectKind().GroupVersionKind().Kind == "KubeceptionConfigTemplate" {
			g.Expect(template.GetName()).To(Equal(pool.Spec.Template.Spec.Bootstrap.ConfigRef.Name))
		}
	}

	grown := translated(t, shoot(t, onePool(own, `maximum: 4`)))
	g.Expect(find[*clusterv1.MachineDeployment](grown.Pools).Spec.Template).To(Equal(pool.Spec.Template), "its size is nothing of its machines")
	changed := translated(t, shoot(t, onePool(`kubernetes: {version: 1.34.7, kubelet: {maxPods: 51}}, zones: [a, b], labels: {a/b: c}`)))
	g.Expect(find[*clusterv1.MachineDeployment](changed.Pools).Spec.Template.Spec.Bootstrap).NotTo(Equal(pool.Spec.Template.Spec.Bootstrap),
		"templates cannot change, so another content has another name")

	along := translated(t, shoot(t, onePool(own), `{kubernetes: {version: 1.35.4}}`))
	g.Expect(find[*clusterv1.MachineDeployment](along.Pools)).To(Equal(pool), "the version of the control plane is nothing of the pool's")
}

func TestLabelsOfNodes(t *testing.T) {
	g := NewWithT(t)
	pool := machineDeployments(t, `labels: {example.com/a: b, node-role.kubernetes.io/c: d, x.node.cluster.x-k8s.io/e: f, node.kubernetes.io/g: h}, systemComponents: {allow: false}`)[0]
	g.Expect(pool.Metadata.Labels).To(Equal(map[string]string{
		"worker.gardener.cloud/pool": "pool", "node-role.kubernetes.io/c": "d", "x.node.cluster.x-k8s.io/e": "f",
	}), "what Cluster API copies to nodes")
	g.Expect(pool.Metadata.Annotations).To(HaveKeyWithValue(bootstrapv1.NodeLabelsAnnotation, MatchJSON(`{"worker.gardener.cloud/pool": "pool",
		"worker.gardener.cloud/system-components": "false", "example.com/a": "b", "node.kubernetes.io/g": "h"}`)), "what the bootstrap provider carries there")
}

// find is the first object of a type.
func find[T client.Object](objects []client.Object) T {
	for _, object := range objects {
		if typed, isThat := object.(T); isThat {
			return typed
		}
	}
	return *new(T)
}

func TestRefusals(t *testing.T) {
	cases := map[string]struct {
		changes []string
		change  func(*translation.Input)
		want    string
	}{
		"a Shoot that is not scheduled":            {change: func(in *translation.Input) { in.Seed = nil }, want: "spec.seedName"},
		"a profile without a class":                {change: func(in *translation.Input) { in.Class = nil }, want: "spec.cloudProfile.name"},
		"a version that control planes cannot run": {changes: []string{`{kubernetes: {version: 1.12.0}}`}, want: "spec.kubernetes.version"},
		"a version in short":                       {changes: []string{`{kubernetes: {version: "1.36"}}`}, want: "spec.kubernetes.version"},
		"ranges of two families":                   {changes: []string{`{networking: {ipFamilies: [IPv4, IPv6]}}`}, want: "spec.networking.ipFamilies"},
		"machines without memory for pods":         {changes: []string{onePool(`kubernetes: {kubelet: {kubeReserved: {memory: 1Gi}}}`)}, want: "spec.provider.workers[0].machine.type"},
		"a network that nobody knows":              {changes: []string{`{networking: {type: weave}}`}, want: "spec.networking.type"},
		"a network without manifests":              {changes: []string{`{networking: {type: cilium}}`}, want: "spec.networking.type"},
		"a setting that Flannel does not have":     {changes: []string{`{networking: {providerConfig: {overlay: true}}}`}, want: "spec.networking.providerConfig"},
		"a backend that Flannel does not have":     {changes: []string{`{networking: {providerConfig: {backend: wireguard}}}`}, want: "spec.networking.providerConfig.backend"},
		"Flannel without kube-proxy":               {changes: []string{`{kubernetes: {kubeProxy: {enabled: false}}}`}, want: "spec.kubernetes.kubeProxy.enabled"},
		"kube-proxy with IPVS":                     {changes: []string{`{kubernetes: {kubeProxy: {mode: IPVS}}}`}, want: "spec.kubernetes.kubeProxy.mode"},
		"an audit policy that is not there": {
			changes: []string{`{kubernetes: {kubeAPIServer: {auditConfig: {auditPolicy: {configMapRef: {name: a}}}}}}`},
			want:    "spec.kubernetes.kubeAPIServer.auditConfig.auditPolicy.configMapRef.name",
		},
		"an audit policy without content": {
			changes: []string{`{kubernetes: {kubeAPIServer: {auditConfig: {auditPolicy: {configMapRef: {name: a}}}}}}`},
			change:  func(in *translation.Input) { in.ConfigMaps = map[string]map[string]string{"a": {"other": "b"}} },
			want:    "spec.kubernetes.kubeAPIServer.auditConfig.auditPolicy.configMapRef.name",
		},
		"a kubeconfig of an authorizer that is not there": {
			changes: []string{`{kubernetes: {kubeAPIServer: {structuredAuthorization: {configMapName: a, kubeconfigs: [{authorizerName: w, secretName: s}]}}}}`},
			change:  func(in *translation.Input) { in.ConfigMaps = map[string]map[string]string{"a": {"config.yaml": "b"}} },
			want:    "spec.kubernetes.kubeAPIServer.structuredAuthorization.kubeconfigs[0].secretName",
		},
		"a label of Kubernetes that nobody may set": {
			changes: []string{onePool(`labels: {a.kubernetes.io/b: c}`)}, want: "spec.provider.workers[0].labels[a.kubernetes.io/b]",
		},
		"a machine type that the profile does not have": {
			changes: []string{onePool(`machine: {type: huge}`)}, want: "spec.provider.workers[0].machine.type",
		},
		"a pool's version that machines cannot run": {
			changes: []string{onePool(`kubernetes: {version: 1.12.0}`)}, want: "spec.provider.workers[0].kubernetes.version",
		},
		"a time that nodes cannot be silent for": {
			changes: []string{`{kubernetes: {kubeControllerManager: {nodeMonitorGracePeriod: 5s}}}`},
			want:    "spec.kubernetes.kubeControllerManager.nodeMonitorGracePeriod",
		},
		"a number of pods that no node runs": {
			changes: []string{onePool(`kubernetes: {kubelet: {maxPods: 100000}}`)}, want: "spec.provider.workers[0].kubernetes.kubelet.maxPods",
		},
		"a time that kubelets do not wait for": {
			changes: []string{`{kubernetes: {kubelet: {streamingConnectionIdleTimeout: 1s}}}`}, want: "spec.kubernetes.kubelet.streamingConnectionIdleTimeout",
		},
		"a surge that is no percentage": {changes: []string{onePool(`maxSurge: much`)}, want: "spec.provider.workers[0].maxSurge"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			in, p := input(t, shoot(t, c.changes...), profile(t))
			if c.change != nil {
				c.change(&in)
			}
			out, problems := translation.Translate(in, p)
			g := NewWithT(t)
			g.Expect(problems).To(ConsistOf(HaveField("Field", c.want)))
			g.Expect(problems[0].Detail + problems[0].Error()).NotTo(BeEmpty())
			g.Expect(out).To(BeZero(), "nothing half done is applied")
		})
	}
}
