// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
)

// pluginDir is where Debian installs the CNI plugins.
const pluginDir = "/usr/lib/cni"

// Runtime are the programs of the container runtime.
type Runtime struct {
	Containerd, Shim string
	// PauseImage is the image of pod sandboxes.
	PauseImage string
}

var containerdConfig = template.Must(template.New("containerd").Parse(`version = 3
root = "{{.Dir}}/containerd"
state = "/run/containerd"

[grpc]
  address = "{{.Socket}}"
[ttrpc]
  address = "{{.Socket}}.ttrpc"

[plugins.'io.containerd.cri.v1.images']
  use_local_image_pull = true
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "{{.PauseImage}}"

[plugins.'io.containerd.cri.v1.runtime']
  # Without the capability to lower it, runc refuses to start anything.
  restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["{{.PluginDir}}"]
  conf_dir = "{{.Dir}}/cni"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
    BinaryName = "{{.Runc}}"

[plugins.'io.containerd.internal.v1.opt']
  path = "{{.Dir}}/opt"
[plugins.'io.containerd.nri.v1.nri']
  disable = true
`))

// StartContainerd starts the container runtime and returns when it answers.
func (n *Node) StartContainerd(ctx context.Context, runtime Runtime) error {
	runc, err := exec.LookPath("runc")
	if err != nil {
		return err
	}
	var config bytes.Buffer
	err = containerdConfig.Execute(&config, map[string]string{
		"Dir": n.path(), "Socket": n.ContainerdSocket(), "PauseImage": runtime.PauseImage, "PluginDir": pluginDir, "Runc": runc,
	})
	if err != nil {
		return err
	}
	configFile, err := n.writeFile(config.Bytes(), "containerd.toml")
	if err != nil {
		return err
	}
	if err := n.writeNetworkConfig(); err != nil {
		return err
	}
	// containerd looks for its shim in PATH.
	if _, err := n.start("containerd", []string{runtime.Containerd, "--config", configFile}, []string{configFile}, filepath.Dir(runtime.Shim)); err != nil {
		return err
	}
	return n.await(ctx, "containerd", func(ctx context.Context) error {
		connection, err := (&net.Dialer{}).DialContext(ctx, "unix", n.ContainerdSocket())
		if err != nil {
			return err
		}
		return connection.Close()
	})
}

// writeNetworkConfig connects all pods to one bridge. Their addresses are
// routed as they are, in the seed and on the machine, so nothing is translated.
func (n *Node) writeNetworkConfig() error {
	config := map[string]any{
		"cniVersion": "1.0.0",
		"name":       "seed",
		"plugins": []any{
			map[string]any{
				"type": "bridge", "bridge": "pods", "isGateway": true, "hairpinMode": true,
				"ipam": map[string]any{
					"type":    "host-local",
					"dataDir": n.path("addresses"),
					"ranges":  []any{[]any{map[string]any{"subnet": n.Network.Pods.String()}}},
					"routes":  []any{map[string]any{"dst": "0.0.0.0/0"}},
				},
			},
			map[string]any{"type": "portmap", "capabilities": map[string]any{"portMappings": true}},
		},
	}
	encoded, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return err
	}
	_, err = n.writeFile(encoded, "cni", "10-bridge.conflist")
	return err
}

// LoadImage imports an image archive under the name in it, unless the node has
// that name with that digest.
func (n *Node) LoadImage(ctx context.Context, ctr, ref, digest, tar string) error {
	images, err := n.ctr(ctx, ctr, "images", "list", "name=="+ref)
	if err != nil {
		return fmt.Errorf("list images: %w", err)
	}
	if strings.Contains(images, digest) {
		return nil
	}
	if _, err := n.ctr(ctx, ctr, "images", "import", tar); err != nil {
		return fmt.Errorf("import image %s: %w", ref, err)
	}
	return nil
}

func (n *Node) ctr(ctx context.Context, ctr string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, ctr, append([]string{"--address", n.ContainerdSocket(), "--namespace", "k8s.io"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ctr %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out), nil
}

// writeResolvConf writes the name servers that pods can reach: a resolver on
// this machine's loopback is replaced by those it asks.
func (n *Node) writeResolvConf() (string, error) {
	for _, source := range []string{"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"} {
		data, err := os.ReadFile(source)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		if usable := reachableResolvers(string(data)); usable != "" {
			return n.writeFile([]byte(usable), "resolv.conf")
		}
	}
	return n.writeFile(nil, "resolv.conf")
}

// reachableResolvers returns a resolv.conf without loopback name servers, or
// nothing when no name server remains.
func reachableResolvers(config string) string {
	var kept strings.Builder
	servers := 0
	for line := range strings.Lines(config) {
		fields := strings.Fields(line)
		if len(fields) == 2 && fields[0] == "nameserver" {
			if ip := net.ParseIP(fields[1]); ip == nil || ip.IsLoopback() {
				continue
			}
			servers++
		}
		kept.WriteString(line)
	}
	if servers == 0 {
		return ""
	}
	return kept.String()
}
