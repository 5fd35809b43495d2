// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodelocaldns

import (
	"errors"
	"net/netip"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// Component is the DNS cache.
type Component struct{}

var _ component.Component = Component{}

// New returns the DNS cache.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.NodeLocalDNS }

// Enabled implements component.Component.
func (Component) Enabled(in *component.Input) bool {
	return !in.Workerless() && ptr.Deref(in.Addons().NodeLocalDNS.Enabled, false)
}

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component.
func (Component) Render(in *component.Input) (component.Objects, error) {
	clusterDNS, err := in.Network.DNSServiceIPs()
	if err != nil {
		return component.Objects{}, err
	}
	if address, err := netip.ParseAddr(clusterDNS[0]); err != nil || !address.Is4() {
		return component.Objects{}, errors.New("spec.addons.nodeLocalDNS: the cache serves IPv4, but the first Service range of the " +
			"cluster is IPv6; set enabled to false")
	}
	daemonSet, err := daemonSet(in)
	if err != nil {
		return component.Objects{}, err
	}
	return component.Objects{Target: []client.Object{serviceAccount(), configMap(in, clusterDNS[0]), daemonSet}}, nil
}

// serviceAccount has no permissions; the cache does not use the API.
func serviceAccount() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{
		ObjectMeta:                   component.SystemMeta(wiring.NodeLocalDNS),
		AutomountServiceAccountToken: ptr.To(false),
	}
}

func daemonSet(in *component.Input) (*appsv1.DaemonSet, error) {
	image, err := in.Image(images.NodeCache)
	if err != nil {
		return nil, err
	}
	set := &appsv1.DaemonSet{
		ObjectMeta: component.SystemMeta(wiring.NodeLocalDNS),
		Spec: appsv1.DaemonSetSpec{
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				ServiceAccountName: wiring.NodeLocalDNS,
				HostNetwork:        true,
				DNSPolicy:          corev1.DNSDefault,
				Containers:         []corev1.Container{container(image)},
				Volumes: []corev1.Volume{{Name: "config", VolumeSource: corev1.VolumeSource{
					ConfigMap: &corev1.ConfigMapVolumeSource{
						LocalObjectReference: corev1.LocalObjectReference{Name: wiring.NodeLocalDNS},
						// The cache copies it when it changes, and runs with the copy.
						Items: []corev1.KeyToPath{{Key: corefileKey, Path: "Corefile.base"}},
					},
				}}},
			}},
		},
	}
	component.AddHostMounts(&set.Spec.Template.Spec, component.XtablesLock())
	return set, nil
}

func container(image string) corev1.Container {
	return corev1.Container{
		Name:  "node-cache",
		Image: image,
		Args:  []string{"-localip", Address, "-conf", "/etc/Corefile", "-health-port", healthPort},
		Ports: []corev1.ContainerPort{
			{Name: "dns", ContainerPort: wiring.DNSPort, Protocol: corev1.ProtocolUDP},
			{Name: "dns-tcp", ContainerPort: wiring.DNSPort, Protocol: corev1.ProtocolTCP},
			{Name: "metrics", ContainerPort: metricsPort, Protocol: corev1.ProtocolTCP},
		},
		SecurityContext: &corev1.SecurityContext{
			// It makes the interface with the address, and exempts it from the tracking of connections.
			Capabilities: &corev1.Capabilities{
				Drop: []corev1.Capability{"ALL"},
				Add:  []corev1.Capability{"NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"},
			},
			// It writes its configuration, and links the variant of iptables that the node uses.
			ReadOnlyRootFilesystem: ptr.To(false),
		},
		ReadinessProbe: probe(2, 3),
		LivenessProbe:  probe(10, 6),
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("5m"),
			corev1.ResourceMemory: resource.MustParse("24Mi"),
		}},
		VolumeMounts: []corev1.VolumeMount{{Name: "config", MountPath: "/etc/coredns", ReadOnly: true}},
	}
}

func probe(periodSeconds, failures int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
			Host: Address, Path: "/health", Port: intstr.Parse(healthPort),
		}},
		PeriodSeconds: periodSeconds, TimeoutSeconds: 5, FailureThreshold: failures,
	}
}
