// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubecontrollermanager

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"k8s.io/utils/ptr"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// Defaults of the API where they are not the binary's.
const (
	defaultHPASyncPeriodSeconds    = 30
	defaultNodeMonitorGraceSeconds = 40
	defaultNodeCIDRMaskSize        = 24
	defaultNodeCIDRMaskSizeIPv6    = 64
)

// flags are the same for all supported versions of Kubernetes.
func flags(in *component.Input, m mounts) (component.Flags, error) {
	spec := in.Configuration.ControllerManager
	flags := component.ControllerFlags(m.apiClient, m.serving).Merge(component.Flags{
		"kubeconfig": m.apiClient.Kubeconfig(),
		// A single instance elects itself too: two of them run while it is replaced.
		"leader-elect":                    "true",
		"controllers":                     controllers(in),
		"cluster-name":                    in.ClusterName,
		"use-service-account-credentials": "true",
		"profiling":                       "false",
		// Pods trust the serving certificate of the API server with it.
		"root-ca-file":                     m.apiClient.Mount.File(wiring.CABundleKey),
		"service-account-private-key-file": m.keys.File(serviceAccountKey),
	}, signingFlags(in, m.keys), component.LoggingFlags(spec.Logging))
	flags.SetSwitches("feature-gates", spec.FeatureGates)
	if in.Workerless() {
		return flags, nil
	}
	nodeRanges, err := nodeRangeFlags(in.Network, spec)
	if err != nil {
		return nil, err
	}
	flags["node-monitor-grace-period"] = seconds(ptr.Deref(spec.NodeMonitorGracePeriodSeconds, defaultNodeMonitorGraceSeconds))
	return flags.Merge(nodeRanges, autoscalerFlags(spec.HorizontalPodAutoscaler)), nil
}

// workerlessControllers need no nodes and no pods. All of them exist in every supported version.
var workerlessControllers = []string{
	"certificatesigningrequest-approving-controller",
	"certificatesigningrequest-cleaner-controller",
	"certificatesigningrequest-signing-controller",
	"clusterrole-aggregation-controller",
	"garbage-collector-controller",
	"legacy-serviceaccount-token-cleaner-controller",
	"namespace-controller",
	"resourcequota-controller",
	"root-ca-certificate-publisher-controller",
	"serviceaccount-controller",
	"serviceaccount-token-controller",
	"storage-version-migrator-controller",
	"validatingadmissionpolicy-status-controller",
}

// controllers are all that run by default and, since bootstrap tokens end when they expire, those that see to it.
func controllers(in *component.Input) string {
	if in.Workerless() {
		return strings.Join(workerlessControllers, ",")
	}
	return "*,bootstrap-signer-controller,token-cleaner-controller"
}

// signingFlags names a signer for each kind of certificate, so that a kubelet's serving certificate is no client's
// and the other way round.
func signingFlags(in *component.Input, keys component.Mount) component.Flags {
	signers := map[string][2]string{
		"kube-apiserver-client": {clientCertificate, clientKey},
		"legacy-unknown":        {clientCertificate, clientKey},
	}
	if !in.Workerless() {
		signers["kubelet-client"] = [2]string{clientCertificate, clientKey}
		signers["kubelet-serving"] = [2]string{kubeletCertificate, kubeletKey}
	}
	flags := component.Flags{}
	for signer, files := range signers {
		flags["cluster-signing-"+signer+"-cert-file"] = keys.File(files[0])
		flags["cluster-signing-"+signer+"-key-file"] = keys.File(files[1])
	}
	return flags
}

// nodeRangeFlags are the networks, and how they are divided among nodes.
func nodeRangeFlags(network component.Network, spec controlplanev1.ControllerManagerSpec) (component.Flags, error) {
	flags := component.Flags{
		"allocate-node-cidrs":      "true",
		"cluster-cidr":             strings.Join(network.PodCIDRs, ","),
		"service-cluster-ip-range": strings.Join(network.ServiceCIDRs, ","),
	}
	for _, cidr := range network.PodCIDRs {
		prefix, err := netip.ParsePrefix(cidr)
		if err != nil {
			return nil, fmt.Errorf("read the pod network %q: %w", cidr, err)
		}
		family, size := "ipv4", ptr.Deref(spec.NodeCIDRMaskSize, defaultNodeCIDRMaskSize)
		if prefix.Addr().Is6() {
			family, size = "ipv6", ptr.Deref(spec.NodeCIDRMaskSizeIPv6, defaultNodeCIDRMaskSizeIPv6)
		}
		if int(size) < prefix.Bits() {
			return nil, fmt.Errorf("divide the pod network %s: ranges of /%d for each node are larger than the network; "+
				"set a larger controllerManager.nodeCIDRMaskSize", cidr, size)
		}
		name := "node-cidr-mask-size"
		if len(network.PodCIDRs) > 1 {
			name += "-" + family
		}
		flags[name] = strconv.Itoa(int(size))
	}
	return flags, nil
}

func autoscalerFlags(spec controlplanev1.HorizontalPodAutoscalerSpec) component.Flags {
	flags := component.Flags{
		"horizontal-pod-autoscaler-sync-period": seconds(ptr.Deref(spec.SyncPeriodSeconds, defaultHPASyncPeriodSeconds)),
	}
	for name, value := range map[string]*int32{
		"horizontal-pod-autoscaler-downscale-stabilization":   spec.DownscaleStabilizationSeconds,
		"horizontal-pod-autoscaler-initial-readiness-delay":   spec.InitialReadinessDelaySeconds,
		"horizontal-pod-autoscaler-cpu-initialization-period": spec.CPUInitializationPeriodSeconds,
	} {
		if value != nil {
			flags[name] = seconds(*value)
		}
	}
	if spec.TolerancePercent != nil {
		flags["horizontal-pod-autoscaler-tolerance"] = fmt.Sprintf("%.2f", float64(*spec.TolerancePercent)/100)
	}
	return flags
}

func seconds(value int32) string { return (time.Duration(value) * time.Second).String() }
