// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/cloudconfig"
)

func TestTheKubeletOfAMachineOffersItsSize(t *testing.T) {
	const gib = 1 << 30
	cases := map[string]struct {
		machine cloudconfig.MetaData
		want    map[string]any
		fails   string
	}{
		"all of the host":               {want: nil},
		"less than the host":            {machine: cloudconfig.MetaData{CPU: "1500m", Memory: "4Gi"}, want: map[string]any{"cpu": "2500m", "memory": "12Gi"}},
		"CPUs alone":                    {machine: cloudconfig.MetaData{CPU: "2"}, want: map[string]any{"cpu": "2"}},
		"as much as the host":           {machine: cloudconfig.MetaData{CPU: "4", Memory: "16Gi"}, want: nil},
		"more than the host reserves 0": {machine: cloudconfig.MetaData{CPU: "8", Memory: "32Gi"}, want: nil},
		"no quantity":                   {machine: cloudconfig.MetaData{CPU: "many"}, fails: `read meta-data: cpu "many"`},
		"no quantity of memory":         {machine: cloudconfig.MetaData{Memory: "much"}, fails: `read meta-data: memory "much"`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			c.machine.ProviderID = "kubeception://ns/pod"
			content, err := dropIn(c.machine, host{CPUs: 4, MemoryBytes: 16 * gib})
			if c.fails != "" {
				g.Expect(err).To(MatchError(ContainSubstring(c.fails)))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			configuration := map[string]any{}
			g.Expect(yaml.Unmarshal(content, &configuration)).To(Succeed())
			g.Expect(configuration).To(HaveKeyWithValue("providerID", "kubeception://ns/pod"))
			if c.want == nil {
				g.Expect(configuration).NotTo(HaveKey("systemReserved"))
				return
			}
			g.Expect(configuration["systemReserved"]).To(Equal(c.want))
		})
	}
}

func TestANodeSaysWhereItIs(t *testing.T) {
	g := NewWithT(t)
	g.Expect(defaults(cloudconfig.MetaData{})).To(BeEmpty())
	g.Expect(defaults(cloudconfig.MetaData{Zone: "a"})).To(Equal("KUBELET_EXTRA_ARGS=--node-labels=topology.kubernetes.io/zone=a\n"))
}

func TestTheLastWords(t *testing.T) {
	g := NewWithT(t)
	last := &tail{most: 20}
	fmt.Fprint(last, strings.Repeat("much was said ", 10), "and then: no disk\n")
	failed := exec.CommandContext(t.Context(), "false").Run()
	g.Expect(string(lastWords(fmt.Errorf("runcmd: %w", failed), last))).To(Equal("runcmd: exit status 1\nd and then: no disk"))
	g.Expect(string(lastWords(errors.New("read user-data: nothing"), last))).To(Equal("read user-data: nothing"), "no command failed")
}
