// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/cloudconfig"
)

const (
	// kubeletDropIn is read after the kubelet's configuration file, whoever wrote that.
	kubeletDropIn = "/etc/kubernetes/kubelet.conf.d/10-machine.conf"
	// kubeletDefaults is the file of flags that packages of the kubelet have; a label cannot be configured otherwise.
	kubeletDefaults = "/etc/default/kubelet"
)

// host is what a machine shares with all others on the same node.
type host struct {
	CPUs        int64
	MemoryBytes int64
}

// dropIn is what a kubelet must be told because its machine is a container: who it is, that it may run on cgroup v1 and
// beside swap, that it may ask for no more files and no better OOM score than it is given, and what of CPU and memory is
// not its own. It overrides what the user says, so that nothing is in it that he may want otherwise.
func dropIn(m cloudconfig.MetaData, h host) ([]byte, error) {
	configuration := map[string]any{
		"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
		"providerID":            m.ProviderID,
		"failCgroupV1":          false,
		"failSwapOn":            false,
		"protectKernelDefaults": false,
		"maxOpenFiles":          20000,
		"oomScoreAdj":           0,
	}
	reserved, err := systemReserved(m, h)
	if err != nil {
		return nil, err
	}
	if len(reserved) > 0 {
		configuration["systemReserved"] = reserved
	}
	return yaml.Marshal(configuration)
}

// systemReserved is what the host has beyond the size of the machine, so that pods are given no more.
func systemReserved(m cloudconfig.MetaData, h host) (map[string]string, error) {
	reserved := map[string]string{}
	if m.CPU != "" {
		wanted, err := resource.ParseQuantity(m.CPU)
		if err != nil {
			return nil, fmt.Errorf("read meta-data: cpu %q: %w", m.CPU, err)
		}
		if rest := h.CPUs*1000 - wanted.MilliValue(); rest > 0 {
			reserved["cpu"] = resource.NewMilliQuantity(rest, resource.DecimalSI).String()
		}
	}
	if m.Memory != "" {
		wanted, err := resource.ParseQuantity(m.Memory)
		if err != nil {
			return nil, fmt.Errorf("read meta-data: memory %q: %w", m.Memory, err)
		}
		if rest := h.MemoryBytes - wanted.Value(); rest > 0 {
			reserved["memory"] = resource.NewQuantity(rest, resource.BinarySI).String()
		}
	}
	return reserved, nil
}

// defaults are flags that make the node say where it is.
func defaults(m cloudconfig.MetaData) string {
	if m.Zone == "" {
		return ""
	}
	return "KUBELET_EXTRA_ARGS=--node-labels=topology.kubernetes.io/zone=" + m.Zone + "\n"
}
