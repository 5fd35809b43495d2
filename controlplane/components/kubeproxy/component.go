// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeproxy

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// healthPort is the binary's default. It serves health without authentication, to the kubelet and to load balancers.
const healthPort = 10256

// Component is kube-proxy.
type Component struct{}

var _ component.Component = Component{}

// New returns kube-proxy.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.KubeProxy }

// Enabled implements component.Component.
func (Component) Enabled(in *component.Input) bool {
	return !in.Workerless() && !ptr.Deref(in.Addons().KubeProxy.Disabled, false)
}

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component.
func (Component) Render(in *component.Input) (component.Objects, error) {
	config, err := configuration(in)
	if err != nil {
		return component.Objects{}, fmt.Errorf("write the configuration of kube-proxy: %w", err)
	}
	target := []client.Object{serviceAccount(), clusterRoleBinding(), config}
	for _, version := range in.Workers.Versions {
		daemonSet, err := daemonSet(in, version, config.Name)
		if err != nil {
			return component.Objects{}, err
		}
		target = append(target, daemonSet)
	}
	return component.Objects{Target: target}, nil
}

func serviceAccount() *corev1.ServiceAccount {
	return &corev1.ServiceAccount{ObjectMeta: component.SystemMeta(wiring.KubeProxy)}
}

// clusterRoleBinding grants Kubernetes' built-in role for it.
func clusterRoleBinding() *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "kubeception:kube-proxy"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "system:node-proxier"},
		Subjects: []rbacv1.Subject{{
			Kind: rbacv1.ServiceAccountKind, Namespace: metav1.NamespaceSystem, Name: wiring.KubeProxy,
		}},
	}
}

// nameReplacer makes a version part of a name that is also a host name: pods are named after it.
var nameReplacer = strings.NewReplacer(".", "-", "+", "-", "_", "-")

// daemonSet runs kube-proxy on the nodes whose kubelet has this version.
func daemonSet(in *component.Input, version, config string) (*appsv1.DaemonSet, error) {
	image, err := in.Images.Find(images.KubeProxy, version)
	if err != nil {
		return nil, err
	}
	label := component.LabelValue(version)
	pods := component.SystemPodSelector(wiring.KubeProxy)
	pods[wiring.LabelKubeletVersion] = label
	configMount := component.ConfigMapMount("config", config)

	container := corev1.Container{
		Name:    wiring.KubeProxy,
		Image:   image,
		Command: []string{"kube-proxy"},
		Args: []string{
			"--config=" + configMount.File(configFile),
			"--hostname-override=$(NODE_NAME)",
		},
		Env: []corev1.EnvVar{{Name: "NODE_NAME", ValueFrom: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"},
		}}},
		Ports: []corev1.ContainerPort{{Name: "healthz", ContainerPort: healthPort, Protocol: corev1.ProtocolTCP}},
		SecurityContext: &corev1.SecurityContext{
			// It writes kernel parameters below /proc/sys, which only privileged containers may.
			Privileged: ptr.To(true),
			// The image links the variant of iptables that the node uses when it is first called.
			ReadOnlyRootFilesystem: ptr.To(false),
		},
		ReadinessProbe: probe(2, 3),
		LivenessProbe:  probe(10, 6),
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("5m"),
			corev1.ResourceMemory: resource.MustParse("32Mi"),
		}},
	}
	set := &appsv1.DaemonSet{
		ObjectMeta: component.SystemMeta(wiring.KubeProxy + "-" + strings.ToLower(nameReplacer.Replace(version))),
		Spec: appsv1.DaemonSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: pods},
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				NodeSelector:       map[string]string{wiring.LabelKubeletVersion: label},
				ServiceAccountName: wiring.KubeProxy,
				HostNetwork:        true,
				// Names are looked up as the node does, for the cluster's DNS is a Service.
				DNSPolicy:  corev1.DNSDefault,
				Containers: []corev1.Container{container},
			}},
		},
	}
	component.AddMounts(&set.Spec.Template.Spec, configMount)
	component.AddHostMounts(&set.Spec.Template.Spec,
		component.HostMount{Name: "modules", Path: "/lib/modules", ReadOnly: true},
		component.XtablesLock())
	return set, nil
}

// probe looks whether the rules of the kernel are kept up to date; unlike healthz, livez stays good while the node is
// drained.
func probe(periodSeconds, failures int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/livez", Port: intstr.FromString("healthz")}},
		PeriodSeconds: periodSeconds, TimeoutSeconds: 5, FailureThreshold: failures,
	}
}
