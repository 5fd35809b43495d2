// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"fmt"
	"strings"

	"k8s.io/utils/ptr"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// Units of every machine, and files that change them.
const (
	kubeletUnit    = "kubelet.service"
	containerdUnit = "containerd.service"
	bootstrapUnit  = "kubeception-bootstrap.service"

	proxyDropIn   = "10-proxy.conf"
	kubeadmDropIn = "10-kubeadm.conf"
)

// Started reports whether a unit is started on every machine, so that a user cannot stop it.
func Started(unit string) bool {
	return unit == kubeletUnit || unit == containerdUnit || unit == bootstrapUnit
}

// kubeletService is the unit of the kubelet.
func kubeletService(node *Node) string {
	flags := []string{
		"--config=" + kubeletConfigPath,
		"--config-dir=" + KubeletConfigDir,
		"--bootstrap-kubeconfig=" + bootstrapKubeconfigPath,
		"--kubeconfig=" + KubeconfigPath,
		"--node-labels=" + nodeLabels(node),
	}
	if node.Spec.Kubelet.CloudProvider == "External" {
		flags = append(flags, "--cloud-provider=external")
	}
	// What the machine knows of itself, such as its zone, comes last and from it.
	flags = append(flags, fmt.Sprintf("--v=%d", ptr.Deref(node.Spec.Kubelet.Verbosity, 2)), "$KUBELET_EXTRA_ARGS")
	return fmt.Sprintf(`[Unit]
Description=Kubernetes node agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target containerd.service
After=network-online.target containerd.service
StartLimitIntervalSec=0

[Service]
EnvironmentFile=-/etc/default/kubelet
ExecStart=%s \
  %s
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`, kubeletPath, strings.Join(flags, " \\\n  "))
}

// withoutKubeadm takes the place of a file by which packages of kubeadm would change the unit of the kubelet.
const withoutKubeadm = "# kubeadm has no part in this machine.\n"

// containerdService is used where the machine image has containerd but no unit for it.
const containerdService = `[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target

[Service]
ExecStart=/bin/sh -c 'exec containerd'
Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
`

// bootstrapService runs the script where the format has no words for commands.
const bootstrapService = `[Unit]
Description=Make this machine a Kubernetes node
Wants=network-online.target
After=network-online.target
ConditionPathExists=!` + donePath + `

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ` + scriptPath + `

[Install]
WantedBy=multi-user.target
`

// unitFiles are the units and drop-ins that the user asked for.
func unitFiles(units []bootstrapv1.Unit) []file {
	var files []file
	for _, unit := range units {
		if unit.Content != "" {
			files = append(files, file{path: UnitPath(unit.Name), content: []byte(unit.Content), mode: 0o644})
		}
		for _, dropIn := range unit.DropIns {
			files = append(files, file{path: DropInPath(unit.Name, dropIn.Name), content: []byte(dropIn.Content), mode: 0o644})
		}
	}
	return files
}
