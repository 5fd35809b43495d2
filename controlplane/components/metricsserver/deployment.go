// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package metricsserver

import (
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

// deployment is as available as the control plane.
func deployment(in *component.Input, kubeletCA, serving string) (*appsv1.Deployment, error) {
	image, err := in.Image(images.MetricsServer)
	if err != nil {
		return nil, err
	}
	kubelets := component.ConfigMapMount("kubelet-ca", kubeletCA)
	certificate := component.SecretMount("serving", serving)
	flags := component.TLSFlags("").Merge(component.Flags{
		"secure-port":                   strconv.Itoa(port),
		"tls-cert-file":                 certificate.File(pki.CertificateData),
		"tls-private-key-file":          certificate.File(pki.PrivateKeyData),
		"kubelet-certificate-authority": kubelets.File(wiring.CABundleKey),
		// Serving certificates of kubelets are for the addresses of nodes; their names need not resolve.
		"kubelet-preferred-address-types": "InternalIP",
		"kubelet-use-node-status-port":    "true",
		"metric-resolution":               "15s",
		"profiling":                       "false",
	})
	deployment := &appsv1.Deployment{
		ObjectMeta: component.SystemMeta(wiring.MetricsServer),
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To(component.ControllerReplicas(in)),
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				ServiceAccountName: wiring.MetricsServer,
				Containers: []corev1.Container{{
					Name:           wiring.MetricsServer,
					Image:          image,
					Args:           flags.Args(),
					Env:            in.APIServerEnv(),
					Ports:          []corev1.ContainerPort{{Name: "https", ContainerPort: port, Protocol: corev1.ProtocolTCP}},
					ReadinessProbe: probe("/readyz", 5, 3),
					LivenessProbe:  probe("/livez", 10, 3),
					StartupProbe:   probe("/livez", 2, 60),
					// Upstream's advice for ten nodes; users with more raise it through spec.components.
					Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
						corev1.ResourceCPU:    resource.MustParse("10m"),
						corev1.ResourceMemory: resource.MustParse("32Mi"),
					}},
				}},
			}},
		},
	}
	component.AddMounts(&deployment.Spec.Template.Spec, kubelets, certificate)
	return deployment, nil
}

func probe(path string, periodSeconds, failures int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
			Scheme: corev1.URISchemeHTTPS, Path: path, Port: intstr.FromString("https"),
		}},
		PeriodSeconds: periodSeconds, TimeoutSeconds: 5, FailureThreshold: failures,
	}
}
