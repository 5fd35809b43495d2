// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeproxy

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

const (
	configFile     = "config.yaml"
	kubeconfigFile = "kubeconfig"
	// tokens is where the kubelet keeps the token of the service account, and the authority of the API server.
	tokens = "/var/run/secrets/kubernetes.io/serviceaccount"
)

// object is part of a configuration. Kubernetes' own types would write fields of the version that this project is
// built with, which older versions refuse.
type object = map[string]any

// configuration returns the KubeProxyConfiguration, the same for all versions, and its kubeconfig.
func configuration(in *component.Input) (*corev1.ConfigMap, error) {
	spec := in.Addons().KubeProxy
	bindAddress, err := bindAddress(in.Network.PodCIDRs[0])
	if err != nil {
		return nil, err
	}
	config, err := yaml.Marshal(object{
		"apiVersion":       "kubeproxy.config.k8s.io/v1alpha1",
		"kind":             "KubeProxyConfiguration",
		"mode":             cmp.Or(spec.Mode, controlplanev1.KubeProxyIPTables),
		"clusterCIDR":      strings.Join(in.Network.PodCIDRs, ","),
		"bindAddress":      bindAddress,
		"clientConnection": object{"kubeconfig": component.ConfigMapMount("config", "").File(kubeconfigFile)},
		// 0 keeps the kernel's limit. It belongs to the machine: where the machine is itself a container it cannot be
		// written, and kube-proxy would end.
		"conntrack": object{"maxPerCore": ptr.Deref(spec.ConntrackMaxPerCore, 0)},
		// The kubelet gives it the score of a critical pod; a lower one may be forbidden in a machine that is itself a
		// container.
		"oomScoreAdj": 0,
	})
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	kubeconfig, err := kubeconfig(in)
	if err != nil {
		return nil, err
	}
	return component.MakeUnique(&corev1.ConfigMap{
		ObjectMeta: component.SystemMeta("kube-proxy"),
		Data:       map[string]string{configFile: string(config), kubeconfigFile: string(kubeconfig)},
	}), nil
}

// bindAddress is every address of the cluster's first family, from which kube-proxy knows the family of the node.
func bindAddress(podCIDR string) (string, error) {
	prefix, err := netip.ParsePrefix(podCIDR)
	if err != nil {
		return "", fmt.Errorf("read the pod network %q: %w", podCIDR, err)
	}
	if prefix.Addr().Is6() {
		return "::", nil
	}
	return "0.0.0.0", nil
}

// kubeconfig leads to the published endpoint: the Service "kubernetes" works only once kube-proxy does.
func kubeconfig(in *component.Input) ([]byte, error) {
	server := "https://" + net.JoinHostPort(in.Endpoint.Host, strconv.Itoa(int(in.Endpoint.Port)))
	const name = "default"
	content, err := yaml.Marshal(object{
		"apiVersion":      "v1",
		"kind":            "Config",
		"clusters":        []object{{"name": name, "cluster": object{"server": server, "certificate-authority": tokens + "/ca.crt"}}},
		"users":           []object{{"name": name, "user": object{"tokenFile": tokens + "/token"}}},
		"contexts":        []object{{"name": name, "context": object{"cluster": name, "user": name}}},
		"current-context": name,
	})
	if err != nil {
		return nil, fmt.Errorf("encode the kubeconfig: %w", err)
	}
	return content, nil
}
