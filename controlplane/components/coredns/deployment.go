// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package coredns

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// targetCPUPercent is Gardener's.
const targetCPUPercent = 70

const corefileDir = "/etc/coredns"

func deployment(in *component.Input) (*appsv1.Deployment, error) {
	image, err := in.Image(images.CoreDNS)
	if err != nil {
		return nil, err
	}
	spec := in.Addons().CoreDNS
	replicas := ptr.To(ptr.Deref(spec.Replicas, defaultReplicas))
	if spec.MaxReplicas != nil {
		replicas = nil // The autoscaler's.
	}
	return &appsv1.Deployment{
		ObjectMeta: component.SystemMeta(wiring.CoreDNS),
		Spec: appsv1.DeploymentSpec{
			Replicas: replicas,
			Selector: &metav1.LabelSelector{MatchLabels: selector},
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				ServiceAccountName: wiring.CoreDNS,
				// It must not ask itself.
				DNSPolicy:  corev1.DNSDefault,
				Containers: []corev1.Container{container(in, image)},
				Volumes: []corev1.Volume{
					volume("config", corev1.ConfigMapVolumeSource{
						LocalObjectReference: corev1.LocalObjectReference{Name: wiring.CoreDNS},
					}),
					volume("custom", corev1.ConfigMapVolumeSource{
						LocalObjectReference: corev1.LocalObjectReference{Name: customConfigMap},
						Optional:             ptr.To(true),
					}),
				},
			}},
		},
	}, nil
}

func volume(name string, source corev1.ConfigMapVolumeSource) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{ConfigMap: &source}}
}

func container(in *component.Input, image string) corev1.Container {
	return corev1.Container{
		Name:  wiring.CoreDNS,
		Image: image,
		Args:  []string{"-conf", corefileDir + "/" + corefileKey},
		Env:   in.APIServerEnv(),
		Ports: []corev1.ContainerPort{
			{Name: "dns", ContainerPort: dnsPort, Protocol: corev1.ProtocolUDP},
			{Name: "dns-tcp", ContainerPort: dnsPort, Protocol: corev1.ProtocolTCP},
			{Name: "metrics", ContainerPort: metricsPort, Protocol: corev1.ProtocolTCP},
		},
		SecurityContext: &corev1.SecurityContext{Capabilities: &corev1.Capabilities{
			Drop: []corev1.Capability{"ALL"},
			// The program in the image carries this capability and does not start without it, although no port asks for it.
			Add: []corev1.Capability{"NET_BIND_SERVICE"},
		}},
		ReadinessProbe: probe("/ready", readyPort, 2, 3),
		LivenessProbe:  probe("/health", healthPort, 10, 5),
		StartupProbe:   probe("/health", healthPort, 2, 60),
		// Users with many names raise it through spec.components.
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("10m"),
			corev1.ResourceMemory: resource.MustParse("32Mi"),
		}},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "config", MountPath: corefileDir, ReadOnly: true},
			{Name: "custom", MountPath: corefileDir + "/custom", ReadOnly: true},
		},
	}
}

func probe(path string, port, periodSeconds, failures int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(port)}},
		PeriodSeconds: periodSeconds, TimeoutSeconds: 5, FailureThreshold: failures,
	}
}

// autoscaler adds instances while they are busy.
func autoscaler(in *component.Input) *autoscalingv2.HorizontalPodAutoscaler {
	spec := in.Addons().CoreDNS
	return &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: component.SystemMeta(wiring.CoreDNS),
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: wiring.CoreDNS},
			MinReplicas:    ptr.To(ptr.Deref(spec.Replicas, defaultReplicas)),
			MaxReplicas:    *spec.MaxReplicas,
			Metrics: []autoscalingv2.MetricSpec{{
				Type: autoscalingv2.ResourceMetricSourceType,
				Resource: &autoscalingv2.ResourceMetricSource{
					Name: corev1.ResourceCPU,
					Target: autoscalingv2.MetricTarget{
						Type: autoscalingv2.UtilizationMetricType, AverageUtilization: ptr.To[int32](targetCPUPercent),
					},
				},
			}},
		},
	}
}
