// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

const (
	maxPods = 250
	// dnsIndex is where the DNS service is in the service network, registryIndex where the registry is.
	dnsIndex      = 10
	registryIndex = 11
)

// DNSAddress is the address of the cluster's DNS service.
func (n *Node) DNSAddress() string { return n.Network.ServiceAddress(dnsIndex).String() }

// RegistryAddress is the address of the registry for nodes of workload clusters.
func (n *Node) RegistryAddress() string { return n.Network.ServiceAddress(registryIndex).String() }

// StartKubelet starts the kubelet and returns when the node is ready.
func (n *Node) StartKubelet(ctx context.Context, binary string) error {
	resolvConf, err := n.writeResolvConf()
	if err != nil {
		return err
	}
	config, err := yaml.Marshal(n.kubeletConfiguration(resolvConf))
	if err != nil {
		return err
	}
	configFile, err := n.writeFile(config, "kubelet.yaml")
	if err != nil {
		return err
	}
	status, err := n.start("kubelet", []string{binary,
		"--config=" + configFile,
		"--hostname-override=" + Name,
		"--kubeconfig=" + n.Kubeconfig("kubelet"),
		"--node-ip=" + n.Network.Node.String(),
		"--root-dir=" + n.path("kubelet"),
	}, []string{configFile, n.Kubeconfig("kubelet")})
	if err != nil {
		return err
	}
	client, err := n.httpsClient()
	if err != nil {
		return err
	}
	return n.await(ctx, "kubelet", func(ctx context.Context) error { return n.nodeReady(ctx, client, status.Started) })
}

func (n *Node) kubeletConfiguration(resolvConf string) map[string]any {
	return map[string]any{
		"apiVersion": "kubelet.config.k8s.io/v1beta1",
		"kind":       "KubeletConfiguration",
		"authentication": map[string]any{
			"anonymous": map[string]any{"enabled": false},
			"webhook":   map[string]any{"enabled": true},
			"x509":      map[string]any{"clientCAFile": n.certificate(clusterCA)},
		},
		"authorization": map[string]any{"mode": "Webhook"},
		// There need be no systemd, and the machine may still have cgroup v1.
		"cgroupDriver":             "cgroupfs",
		"cgroupRoot":               n.controlGroupRoot(),
		"failCgroupV1":             false,
		"clusterDNS":               []string{n.DNSAddress()},
		"clusterDomain":            "cluster.local",
		"containerRuntimeEndpoint": "unix://" + n.ContainerdSocket(),
		"evictionHard": map[string]string{
			"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%",
		},
		"failSwapOn": false,
		// Images cannot be pulled again, so they are never removed.
		"imageGCHighThresholdPercent": 100,
		// Many control planes come and go at once.
		"kubeAPIBurst":        400,
		"kubeAPIQPS":          200,
		"eventRecordQPS":      0,
		"maxPods":             maxPods,
		"serializeImagePulls": false,
		// What needs CAP_SYS_RESOURCE is left as it is.
		"maxOpenFiles":                 20000,
		"oomScoreAdj":                  0,
		"resolvConf":                   resolvConf,
		"serverTLSBootstrap":           false,
		"tlsCertFile":                  n.certificate("kubelet-server"),
		"tlsPrivateKeyFile":            n.key("kubelet-server"),
		"volumePluginDir":              n.path("volume-plugins"),
		"protectKernelDefaults":        false,
		"enableControllerAttachDetach": true,
	}
}

// nodeReady fails with the reason until the kubelet that was started at the
// given time has reported the node ready.
func (n *Node) nodeReady(ctx context.Context, client *http.Client, started time.Time) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, n.apiServerURL()+"/api/v1/nodes/"+Name, http.NoBody)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("get node: %s", response.Status)
	}
	var node corev1.Node
	if err := json.NewDecoder(response.Body).Decode(&node); err != nil {
		return err
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			if condition.LastHeartbeatTime.Time.Before(started.Truncate(time.Second)) {
				return errors.New("the kubelet has not reported yet")
			}
			if condition.Status == corev1.ConditionTrue {
				return nil
			}
			return errors.New(condition.Message)
		}
	}
	return errors.New("the node has no status yet")
}

// StartProxy starts kube-proxy.
func (n *Node) StartProxy(binary string) error {
	config, err := yaml.Marshal(map[string]any{
		"apiVersion":         "kubeproxy.config.k8s.io/v1alpha1",
		"kind":               "KubeProxyConfiguration",
		"mode":               "iptables",
		"clientConnection":   map[string]any{"kubeconfig": n.Kubeconfig("kube-proxy")},
		"clusterCIDR":        n.Network.Pods.String(),
		"hostnameOverride":   Name,
		"healthzBindAddress": "127.0.0.1:10256",
		"metricsBindAddress": "127.0.0.1:10249",
		"oomScoreAdj":        0,
		// These belong to the machine, not to a network namespace.
		"conntrack": map[string]any{
			"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s",
		},
	})
	if err != nil {
		return err
	}
	configFile, err := n.writeFile(config, "kube-proxy.yaml")
	if err != nil {
		return err
	}
	_, err = n.start("kube-proxy", []string{binary, "--config=" + configFile}, []string{configFile, n.Kubeconfig("kube-proxy")})
	return err
}

// StartAgent starts the stand-in for a cloud's volumes and load balancers, and
// returns when the given check finds it at work.
func (n *Node) StartAgent(ctx context.Context, binary string, atWork func(context.Context) error) error {
	_, err := n.start("agent", []string{binary,
		"--kubeconfig=" + n.Kubeconfig("admin"),
		"--volumes-dir=" + n.VolumesDir(),
		"--load-balancer-addresses=" + n.Network.LoadBalancers.String(),
		"--node=" + Name,
	}, []string{n.Kubeconfig("admin")})
	if err != nil {
		return err
	}
	return n.await(ctx, "agent", atWork)
}
