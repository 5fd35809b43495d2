// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	kubeletconfigv1beta1 "k8s.io/kubelet/config/v1beta1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/yaml"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

// kubeletFiles are the configuration, the credentials and the unit of the kubelet.
func kubeletFiles(node *Node) ([]file, error) {
	config, err := kubeletConfig(node)
	if err != nil {
		return nil, fmt.Errorf("write the kubelet's configuration: %w", err)
	}
	kubeconfig, err := bootstrapKubeconfig(node)
	if err != nil {
		return nil, fmt.Errorf("write the kubelet's kubeconfig: %w", err)
	}
	return []file{
		{path: kubeletConfigPath, content: config, mode: 0o644},
		{path: bootstrapKubeconfigPath, content: kubeconfig, mode: 0o600},
		{path: clusterCAPath, content: []byte(node.ClusterCA), mode: 0o644},
		{path: kubeletCAPath, content: []byte(node.KubeletCA), mode: 0o644},
		{path: UnitPath(kubeletUnit), content: []byte(kubeletService(node)), mode: 0o644},
		{path: DropInPath(kubeletUnit, kubeadmDropIn), content: []byte(withoutKubeadm), mode: 0o644},
	}, nil
}

// bootstrapKubeconfig names the authority by its file, and so does the kubeconfig that the kubelet makes of it: a new
// authority is a new file.
func bootstrapKubeconfig(node *Node) ([]byte, error) {
	const cluster, user = "cluster", "bootstrap"
	config := clientcmdapi.NewConfig()
	config.Clusters[cluster] = &clientcmdapi.Cluster{Server: "https://" + node.Endpoint, CertificateAuthority: clusterCAPath}
	config.AuthInfos[user] = &clientcmdapi.AuthInfo{Token: node.Token}
	config.Contexts[user] = &clientcmdapi.Context{Cluster: cluster, AuthInfo: user}
	config.CurrentContext = user
	return clientcmd.Write(*config)
}

// kubeletConfig is the configuration of the kubelet. Values that the user leaves out are Gardener's.
func kubeletConfig(node *Node) ([]byte, error) {
	spec := node.Spec.Kubelet
	config := kubeletconfigv1beta1.KubeletConfiguration{
		TypeMeta: metav1.TypeMeta{APIVersion: kubeletconfigv1beta1.SchemeGroupVersion.String(), Kind: "KubeletConfiguration"},

		Authentication: kubeletconfigv1beta1.KubeletAuthentication{
			Anonymous: kubeletconfigv1beta1.KubeletAnonymousAuthentication{Enabled: new(false)},
			Webhook:   kubeletconfigv1beta1.KubeletWebhookAuthentication{Enabled: new(true), CacheTTL: seconds(120)},
			X509:      kubeletconfigv1beta1.KubeletX509Authentication{ClientCAFile: kubeletCAPath},
		},
		Authorization: kubeletconfigv1beta1.KubeletAuthorization{
			Mode: kubeletconfigv1beta1.KubeletAuthorizationModeWebhook,
			Webhook: kubeletconfigv1beta1.KubeletWebhookAuthorization{
				CacheAuthorizedTTL: seconds(300), CacheUnauthorizedTTL: seconds(30),
			},
		},
		RotateCertificates: true,
		ServerTLSBootstrap: true,
		RegisterWithTaints: taints(node.Spec.Node.Taints),

		ContainerRuntimeEndpoint: containerdSocket,
		CgroupDriver:             "systemd",
		ClusterDNS:               spec.ClusterDNS,
		ClusterDomain:            node.ClusterDomain,
		VolumePluginDir:          "/var/lib/kubelet/volumeplugins", // The default is read-only on some systems.
		ProtectKernelDefaults:    protectKernelDefaults(spec),
		FeatureGates:             spec.FeatureGates,

		MaxPods:          ptr.Deref(spec.MaxPods, 110),
		PodPidsLimit:     spec.PodPIDsLimit,
		KubeReserved:     reserved(spec.KubeReserved, map[string]string{"cpu": "80m", "memory": "1Gi"}),
		SystemReserved:   reserved(spec.SystemReserved, nil),
		CPUCFSQuota:      new(ptr.Deref(spec.CPUCFSQuota, true)),
		CPUManagerPolicy: orElse(spec.CPUManagerPolicy, "none"),
		FailSwapOn:       new(ptr.Deref(spec.FailSwapOn, true)),
		MemorySwap:       kubeletconfigv1beta1.MemorySwapConfiguration{SwapBehavior: spec.MemorySwapBehavior},
		SeccompDefault:   spec.SeccompDefault,

		EvictionHard:                     amounts(spec.EvictionHard, "100Mi", "5%"),
		EvictionSoft:                     amounts(spec.EvictionSoft, "200Mi", "10%"),
		EvictionSoftGracePeriod:          periods(spec.EvictionSoftGracePeriod, 90),
		EvictionMinimumReclaim:           amounts(spec.EvictionMinimumReclaim, "0Mi", "0Mi"),
		EvictionPressureTransitionPeriod: seconds(ptr.Deref(spec.EvictionPressureTransitionPeriodSeconds, 240)),
		EvictionMaxPodGracePeriod:        ptr.Deref(spec.EvictionMaxPodGracePeriodSeconds, 90),

		ImageGCHighThresholdPercent: new(ptr.Deref(spec.ImageGCHighThresholdPercent, 50)),
		ImageGCLowThresholdPercent:  new(ptr.Deref(spec.ImageGCLowThresholdPercent, 40)),
		ImageMinimumGCAge:           seconds(ptr.Deref(spec.ImageMinimumGCAgeSeconds, 120)),
		ImageMaximumGCAge:           seconds(ptr.Deref(spec.ImageMaximumGCAgeSeconds, 0)),
		RegistryPullQPS:             spec.RegistryPullQPS,
		RegistryBurst:               ptr.Deref(spec.RegistryBurst, 0),
		SerializeImagePulls:         new(ptr.Deref(spec.SerializeImagePulls, true)),
		MaxParallelImagePulls:       spec.MaxParallelImagePulls,

		ContainerLogMaxSize:            quantity(spec.ContainerLogMaxSize, "100Mi"),
		ContainerLogMaxFiles:           spec.ContainerLogMaxFiles,
		StreamingConnectionIdleTimeout: seconds(ptr.Deref(spec.StreamingConnectionIdleTimeoutSeconds, 300)),
	}
	if len(config.ClusterDNS) == 0 {
		config.ClusterDNS = node.ClusterDNS
	}
	return withoutZeros(config)
}

// withoutZeros leaves out fields that Go writes although nobody set them: they say nothing, and an older kubelet may
// not know them.
func withoutZeros(config kubeletconfigv1beta1.KubeletConfiguration) ([]byte, error) {
	encoded, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if err := json.Unmarshal(encoded, &fields); err != nil {
		return nil, err
	}
	delete(fields, "logging") // The flag --v says what there is to say.
	for name, value := range fields {
		object, isObject := value.(map[string]any)
		if value == "0s" || isObject && len(object) == 0 {
			delete(fields, name)
		}
	}
	return yaml.Marshal(fields)
}

func protectKernelDefaults(spec bootstrapv1.KubeletSpec) bool {
	return ptr.Deref(spec.ProtectKernelDefaults, true)
}

// taints are those of a node when it registers. Cluster API removes its own once it has labelled the node.
func taints(wanted []bootstrapv1.Taint) []corev1.Taint {
	out := []corev1.Taint{clusterv1.NodeUninitializedTaint}
	for _, taint := range wanted {
		out = append(out, corev1.Taint{Key: taint.Key, Value: taint.Value, Effect: corev1.TaintEffect(taint.Effect)})
	}
	return out
}

// nodeLabels are those of a node when it registers, in the form of the kubelet's flag.
func nodeLabels(node *Node) string {
	labels := maps.Clone(node.Spec.Node.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[kubernetes.LabelKubeletVersion] = kubernetes.LabelValue(node.Version)
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, key+"="+labels[key])
	}
	return strings.Join(pairs, ",")
}

func reserved(wanted bootstrapv1.ReservedResources, defaults map[string]string) map[string]string {
	out := maps.Clone(defaults)
	for name, amount := range map[string]*resource.Quantity{
		"cpu": wanted.CPU, "memory": wanted.Memory, "ephemeral-storage": wanted.EphemeralStorage, "pid": wanted.PID,
	} {
		if amount == nil {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = amount.String()
	}
	return out
}

// What may run short, in the kubelet's words.
const (
	memoryAvailable   = "memory.available"
	imageFSAvailable  = "imagefs.available"
	imageFSInodesFree = "imagefs.inodesFree"
	nodeFSAvailable   = "nodefs.available"
	nodeFSInodesFree  = "nodefs.inodesFree"
)

func amounts(wanted bootstrapv1.EvictionAmounts, memory, disk bootstrapv1.EvictionAmount) map[string]string {
	return map[string]string{
		memoryAvailable:   string(orElse(wanted.MemoryAvailable, memory)),
		imageFSAvailable:  string(orElse(wanted.ImageFSAvailable, disk)),
		imageFSInodesFree: string(orElse(wanted.ImageFSInodesFree, disk)),
		nodeFSAvailable:   string(orElse(wanted.NodeFSAvailable, disk)),
		nodeFSInodesFree:  string(orElse(wanted.NodeFSInodesFree, disk)),
	}
}

func periods(wanted bootstrapv1.EvictionPeriods, fallback int32) map[string]string {
	text := func(wanted *int32) string { return seconds(ptr.Deref(wanted, fallback)).Duration.String() }
	return map[string]string{
		memoryAvailable:   text(wanted.MemoryAvailableSeconds),
		imageFSAvailable:  text(wanted.ImageFSAvailableSeconds),
		imageFSInodesFree: text(wanted.ImageFSInodesFreeSeconds),
		nodeFSAvailable:   text(wanted.NodeFSAvailableSeconds),
		nodeFSInodesFree:  text(wanted.NodeFSInodesFreeSeconds),
	}
}

func seconds[T int | int32](count T) metav1.Duration {
	return metav1.Duration{Duration: time.Duration(count) * time.Second}
}

func quantity(wanted *resource.Quantity, fallback string) string {
	if wanted == nil {
		return fallback
	}
	return wanted.String()
}

func orElse[T ~string](value, fallback T) T {
	if value == "" {
		return fallback
	}
	return value
}
