// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cni

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

const (
	flannelName     = "kube-flannel"
	flannelRoleName = "kubeception:kube-flannel"

	networkFile = "net-conf.json"
	cniFile     = "cni-conf.json"
	// flannelDir is where flanneld looks for the network.
	flannelDir = "/etc/kube-flannel"

	// Where the container runtime looks for plugins and their configuration.
	cniBinDir  = "/opt/cni/bin"
	cniConfDir = "/etc/cni/net.d"
)

// object is part of a configuration.
type object = map[string]any

// flannel gives each node the range of pods that kube-controller-manager gave it.
func flannel(in *component.Input) (component.Objects, error) {
	config, err := flannelConfiguration(in)
	if err != nil {
		return component.Objects{}, fmt.Errorf("write the configuration of Flannel: %w", err)
	}
	daemonSet, err := flannelDaemonSet(in, config.Name)
	if err != nil {
		return component.Objects{}, err
	}
	return component.Objects{Target: []client.Object{
		&corev1.ServiceAccount{ObjectMeta: component.SystemMeta(flannelName)},
		flannelClusterRole(), flannelClusterRoleBinding(), config, daemonSet,
	}}, nil
}

func flannelConfiguration(in *component.Input) (*corev1.ConfigMap, error) {
	network := object{
		"EnableIPv4": false,
		"Backend":    object{"Type": cmp.Or(in.Addons().CNI.Flannel.Backend, controlplanev1.FlannelVXLAN)},
	}
	for _, cidr := range in.Network.PodCIDRs {
		prefix, err := netip.ParsePrefix(cidr)
		if err != nil {
			return nil, fmt.Errorf("read the pod network %q: %w", cidr, err)
		}
		if prefix.Addr().Is4() {
			network["EnableIPv4"], network["Network"] = true, cidr
		} else {
			network["EnableIPv6"], network["IPv6Network"] = true, cidr
		}
	}
	plugins := object{
		"name":       "cbr0",
		"cniVersion": "0.3.1",
		"plugins": []object{
			{"type": "flannel", "delegate": object{"hairpinMode": true, "isDefaultGateway": true}},
			{"type": "portmap", "capabilities": object{"portMappings": true}},
		},
	}
	data := map[string]string{}
	for file, content := range map[string]object{networkFile: network, cniFile: plugins} {
		encoded, err := json.MarshalIndent(content, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", file, err)
		}
		data[file] = string(encoded) + "\n"
	}
	return component.MakeUnique(&corev1.ConfigMap{ObjectMeta: component.SystemMeta(flannelName + "-config"), Data: data}), nil
}

func flannelClusterRole() *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: flannelRoleName},
		Rules: []rbacv1.PolicyRule{
			{APIGroups: []string{corev1.GroupName}, Resources: []string{"nodes"}, Verbs: []string{"get", "list", "watch"}},
			// It tells other nodes how to reach it in annotations, which may be written with the status.
			{APIGroups: []string{corev1.GroupName}, Resources: []string{"nodes/status"}, Verbs: []string{"patch"}},
		},
	}
}

func flannelClusterRoleBinding() *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: flannelRoleName},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: flannelRoleName},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: metav1.NamespaceSystem, Name: flannelName}},
	}
}

func flannelDaemonSet(in *component.Input, config string) (*appsv1.DaemonSet, error) {
	image, err := in.Image(images.Flannel)
	if err != nil {
		return nil, err
	}
	plugin, err := in.Image(images.FlannelCNIPlugin)
	if err != nil {
		return nil, err
	}
	set := &appsv1.DaemonSet{
		ObjectMeta: component.SystemMeta(flannelName),
		Spec: appsv1.DaemonSetSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			ServiceAccountName: flannelName,
			HostNetwork:        true,
			DNSPolicy:          corev1.DNSDefault,
			InitContainers: []corev1.Container{
				install("install-cni-plugin", plugin, "/flannel", cniBinDir+"/flannel",
					corev1.VolumeMount{Name: "cni-bin", MountPath: cniBinDir}),
				// Last, because the node counts as ready once it is there.
				install("install-cni", image, flannelDir+"/"+cniFile, cniConfDir+"/10-flannel.conflist",
					corev1.VolumeMount{Name: "cni-conf", MountPath: cniConfDir},
					corev1.VolumeMount{Name: "config", MountPath: flannelDir, ReadOnly: true}),
			},
			Containers: []corev1.Container{flannelContainer(in, image)},
			Volumes: []corev1.Volume{
				{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
					LocalObjectReference: corev1.LocalObjectReference{Name: config},
				}}},
				directory("cni-bin", cniBinDir), directory("cni-conf", cniConfDir),
			},
		}}},
	}
	component.AddHostMounts(&set.Spec.Template.Spec,
		// The plugin reads here what flanneld writes.
		component.HostMount{Name: "run", Path: "/run/flannel", Type: corev1.HostPathDirectoryOrCreate},
		component.XtablesLock())
	return set, nil
}

func flannelContainer(in *component.Input, image string) corev1.Container {
	return corev1.Container{
		Name:    flannelName,
		Image:   image,
		Command: []string{"/opt/bin/flanneld"},
		Args:    []string{"--ip-masq", "--kube-subnet-mgr"},
		Env: append(in.APIServerEnv(), corev1.EnvVar{Name: "NODE_NAME", ValueFrom: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"},
		}}),
		SecurityContext: &corev1.SecurityContext{
			Capabilities: &corev1.Capabilities{
				Drop: []corev1.Capability{"ALL"},
				Add:  []corev1.Capability{"NET_ADMIN", "NET_RAW"},
			},
			// The image links the variant of iptables that the node uses when it is first called.
			ReadOnlyRootFilesystem: ptr.To(false),
		},
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("5m"),
			corev1.ResourceMemory: resource.MustParse("24Mi"),
		}},
		VolumeMounts: []corev1.VolumeMount{{Name: "config", MountPath: flannelDir, ReadOnly: true}},
	}
}

// install copies a file of the image or of a volume to the node.
func install(name, image, from, to string, mounts ...corev1.VolumeMount) corev1.Container {
	return corev1.Container{
		Name: name, Image: image, Command: []string{"cp"}, Args: []string{"-f", from, to}, VolumeMounts: mounts,
	}
}

func directory(name, path string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{
		Path: path, Type: ptr.To(corev1.HostPathDirectoryOrCreate),
	}}}
}
