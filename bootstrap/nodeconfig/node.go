// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"fmt"
	"path"
	"slices"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// Node is what is known about a machine before it exists.
type Node struct {
	// Version is the Kubernetes version of the kubelet, for example v1.36.3.
	Version string `json:"version"`
	// Endpoint is the address of the API server, as host and port.
	Endpoint string `json:"endpoint"`
	// Token is the bootstrap token by which the kubelet joins.
	Token string `json:"token"`
	// ClusterCA are the certificates, in PEM, that the API server is trusted by.
	ClusterCA string `json:"clusterCA"`
	// KubeletCA are the certificates, in PEM, that clients of the kubelet are trusted by.
	KubeletCA string `json:"kubeletCA"`
	// ClusterDNS are the addresses of the cluster's DNS, and ClusterDomain is its domain.
	ClusterDNS    []string `json:"clusterDNS"`
	ClusterDomain string   `json:"clusterDomain"`
	// ClusterCIDRs are the ranges of pods and Services, which no proxy is asked for.
	ClusterCIDRs []string `json:"clusterCIDRs"`
	// Spec is what the user asked for.
	Spec bootstrapv1.KubeceptionConfigSpec `json:"spec,omitzero"`
	// SecretFiles is the content of the files that come from Secrets, by their path.
	SecretFiles map[string][]byte `json:"secretFiles,omitempty"`
}

// Paths on the machine that others rely on.
const (
	// KubeletConfigDir holds files that change the kubelet's configuration, in the order of their names.
	KubeletConfigDir = "/etc/kubernetes/kubelet.conf.d"
	// ContainerdConfigDir holds files that change containerd's configuration.
	ContainerdConfigDir = "/etc/containerd/conf.d"
	// KubeconfigPath is the kubelet's own kubeconfig, which appears when it has joined.
	KubeconfigPath = "/var/lib/kubelet/kubeconfig"
)

const (
	kubeletPath             = "/opt/bin/kubelet"
	kubeletConfigPath       = "/etc/kubernetes/kubelet.yaml"
	bootstrapKubeconfigPath = "/etc/kubernetes/bootstrap-kubeconfig"
	clusterCAPath           = "/etc/kubernetes/pki/ca.crt"
	kubeletCAPath           = "/etc/kubernetes/pki/kubelet-client-ca.crt"
	containerdConfigPath    = "/etc/containerd/config.toml"
	registriesDir           = "/etc/containerd/certs.d"
	containerdSocket        = "unix:///run/containerd/containerd.sock"
	modulesPath             = "/etc/modules-load.d/kubeception.conf"
	sysctlsPath             = "/etc/sysctl.d/99-kubeception.conf"
	unitsDir                = "/etc/systemd/system"
	containerdUnitPath      = "/var/lib/kubeception/containerd.service"
	scriptPath              = "/var/lib/kubeception/bootstrap"
	donePath                = "/var/lib/kubeception/bootstrapped"
)

// Reserved reports whether the file at a path is written by this package, so that a user's would be lost.
func Reserved(file string) bool {
	switch file {
	case kubeletPath, kubeletConfigPath, bootstrapKubeconfigPath, KubeconfigPath, clusterCAPath, kubeletCAPath,
		containerdConfigPath, modulesPath, sysctlsPath, containerdUnitPath, scriptPath, donePath,
		UnitPath(kubeletUnit), DropInPath(kubeletUnit, kubeadmDropIn), UnitPath(bootstrapUnit),
		DropInPath(kubeletUnit, proxyDropIn), DropInPath(containerdUnit, proxyDropIn):
		return true
	}
	return false
}

// file is a file of the machine.
type file struct {
	path    string
	content []byte
	mode    int
	// owner is a user, or a user and a group with a colon between them. Empty means root.
	owner string
}

// content is what every format says in its own words.
type content struct {
	files []file
	users []bootstrapv1.User
}

// Render returns the bootstrap data of a machine in the format that the specification asks for, absent included.
// Errors say what a user can mend.
func Render(node *Node) ([]byte, bootstrapv1.Format, error) {
	c, err := contentOf(node)
	if err != nil {
		return nil, "", err
	}
	switch node.Spec.Format {
	case bootstrapv1.Ignition:
		data, err := ignition(c)
		return data, bootstrapv1.Ignition, err
	default:
		data, err := cloudConfig(c)
		return data, bootstrapv1.CloudConfig, err
	}
}

func contentOf(node *Node) (content, error) {
	kubelet, err := kubeletFiles(node)
	if err != nil {
		return content{}, err
	}
	script, err := script(node)
	if err != nil {
		return content{}, err
	}
	own, err := ownFiles(node)
	if err != nil {
		return content{}, err
	}
	files := slices.Concat(kubelet, containerdFiles(node), kernelFiles(node), proxyFiles(node), unitFiles(node.Spec.Units), own,
		[]file{{path: scriptPath, content: script, mode: 0o755}})
	seen := map[string]bool{}
	for _, f := range files {
		if seen[f.path] {
			return content{}, fmt.Errorf("two files have the path %s; remove one of them", f.path)
		}
		seen[f.path] = true
	}
	return content{files: files, users: node.Spec.Users}, nil
}

// ownFiles are those that the user asked for.
func ownFiles(node *Node) ([]file, error) {
	var files []file
	for _, f := range node.Spec.Files {
		out := file{path: f.Path, mode: 0o644, owner: f.Owner}
		if f.Content != nil {
			out.content = []byte(*f.Content)
		} else {
			secret, found := node.SecretFiles[f.Path]
			if !found {
				return nil, fmt.Errorf("the content of %s is not known", f.Path)
			}
			out.content, out.mode = secret, 0o600
		}
		if f.Permissions != "" {
			if _, err := fmt.Sscanf(f.Permissions, "%o", &out.mode); err != nil {
				return nil, fmt.Errorf("read the permissions of %s: %w", f.Path, err)
			}
		}
		files = append(files, out)
	}
	return files, nil
}

// UnitPath returns where a unit is written.
func UnitPath(unit string) string { return path.Join(unitsDir, unit) }

// DropInPath returns where a drop-in of a unit is written.
func DropInPath(unit, dropIn string) string { return path.Join(unitsDir, unit+".d", dropIn) }
