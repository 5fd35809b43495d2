// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// modules are what containerd and the network of pods need of the kernel.
var modules = []string{"overlay", "br_netfilter"}

// sysctls forward the traffic of pods and let many of them watch files.
var sysctls = map[string]string{
	"fs.inotify.max_user_instances":       "8192",
	"fs.inotify.max_user_watches":         "524288",
	"net.bridge.bridge-nf-call-ip6tables": "1",
	"net.bridge.bridge-nf-call-iptables":  "1",
	"net.ipv4.ip_forward":                 "1",
	"net.ipv6.conf.all.forwarding":        "1",
}

// protectedSysctls are what a kubelet insists on that protects the kernel's defaults.
var protectedSysctls = map[string]string{
	"kernel.keys.root_maxbytes": "25000000",
	"kernel.keys.root_maxkeys":  "1000000",
	"kernel.panic":              "10",
	"kernel.panic_on_oops":      "1",
	"vm.overcommit_memory":      "1",
	"vm.panic_on_oom":           "0",
}

func kernelFiles(node *Node) []file {
	parameters := maps.Clone(sysctls)
	if protectKernelDefaults(node.Spec.Kubelet) {
		maps.Copy(parameters, protectedSysctls)
	}
	for _, parameter := range node.Spec.Sysctls {
		parameters[parameter.Name] = parameter.Value
	}
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		fmt.Fprintf(&lines, "%s = %s\n", name, parameters[name])
	}
	return []file{
		{path: modulesPath, content: []byte(strings.Join(modules, "\n") + "\n"), mode: 0o644},
		{path: sysctlsPath, content: []byte(lines.String()), mode: 0o644},
	}
}
