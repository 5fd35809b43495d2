// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"fmt"
	"path"
	"strings"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// containerdFiles are the configuration of containerd and of the registries it asks, and its unit for machine images
// that lack one.
func containerdFiles(node *Node) []file {
	files := []file{
		{path: containerdConfigPath, content: []byte(containerdConfig), mode: 0o644},
		{path: containerdUnitPath, content: []byte(containerdService), mode: 0o644},
	}
	for _, mirror := range node.Spec.RegistryMirrors {
		files = append(files, registryFiles(mirror)...)
	}
	return files
}

// containerdConfig is in version 2 of its language, which containerd 1 and 2 both read; files of the machine image may
// be in another.
const containerdConfig = `version = 2
imports = ["` + ContainerdConfigDir + `/*.toml"]

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = true

[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "` + registriesDir + `"
`

func registryFiles(mirror bootstrapv1.RegistryMirror) []file {
	dir := path.Join(registriesDir, mirror.Registry)
	var hosts strings.Builder
	if mirror.Server != "" {
		fmt.Fprintf(&hosts, "server = %q\n", mirror.Server)
	}
	var authorities []file
	for i, host := range mirror.Hosts {
		capabilities := host.Capabilities
		if len(capabilities) == 0 {
			capabilities = []bootstrapv1.RegistryCapability{"pull", "resolve"}
		}
		var quoted []string
		for _, capability := range capabilities {
			quoted = append(quoted, fmt.Sprintf("%q", capability))
		}
		fmt.Fprintf(&hosts, "\n[host.%q]\n  capabilities = [%s]\n", host.URL, strings.Join(quoted, ", "))
		if host.CABundle != "" {
			authority := path.Join(dir, fmt.Sprintf("ca-%d.crt", i))
			fmt.Fprintf(&hosts, "  ca = %q\n", authority)
			authorities = append(authorities, file{path: authority, content: []byte(host.CABundle), mode: 0o644})
		}
	}
	content := strings.TrimPrefix(hosts.String(), "\n")
	return append([]file{{path: path.Join(dir, "hosts.toml"), content: []byte(content), mode: 0o644}}, authorities...)
}
