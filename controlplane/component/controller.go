// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// controllerReplicas: one leads, one more takes over within seconds. A third would only cost memory.
const controllerReplicas = 2

// ControllerReplicas returns how many instances of a leader-elected component run.
func ControllerReplicas(in *Input) int32 { return min(in.Replicas, controllerReplicas) }

// ControllerDeployment returns a Deployment of a Kubernetes controller: it connects to the API server alone, and
// serves its health over TLS on the given port.
func ControllerDeployment(in *Input, container corev1.Container, port int32) *appsv1.Deployment {
	health := func(path string) corev1.ProbeHandler {
		return corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
			Scheme: corev1.URISchemeHTTPS, Path: path, Port: intstr.FromInt32(port),
		}}
	}
	container.Ports = []corev1.ContainerPort{{Name: "https", ContainerPort: port, Protocol: corev1.ProtocolTCP}}
	// It ends by itself when it cannot renew its leadership; the probe finds what hangs.
	container.LivenessProbe = &corev1.Probe{
		ProbeHandler: health("/healthz"), PeriodSeconds: 10, TimeoutSeconds: 15, FailureThreshold: 8,
	}
	container.StartupProbe = &corev1.Probe{
		ProbeHandler: health("/healthz"), PeriodSeconds: 1, TimeoutSeconds: 5, FailureThreshold: 120,
	}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: container.Name},
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To(ControllerReplicas(in)),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{
					wiring.AllowTo(wiring.PeerDNS):       wiring.Allowed,
					wiring.AllowTo(wiring.KubeAPIServer): wiring.Allowed,
				}},
				Spec: corev1.PodSpec{Containers: []corev1.Container{container}},
			},
		},
	}
}

// ControllerCertificate returns the serving certificate of a controller. One that it made for itself would have to
// be written to its file system, which is read-only, and could not be verified by those who read its metrics.
func ControllerCertificate(in *Input, component string) pki.Leaf {
	return pki.Leaf{
		SecretName: component + "-server",
		Authority:  pki.ClusterCA,
		CommonName: component,
		DNSNames:   append(wiring.ServiceDNSNames(component, in.Namespace), "localhost"),
		ServerAuth: true,
	}
}

// ControllerFlags are the flags for the identity and the serving certificate of a controller, and for those who
// read its metrics: it asks the API server who they are and what they may do.
func ControllerFlags(apiClient APIClient, serving Mount) Flags {
	return TLSFlags("").Merge(Flags{
		"authentication-kubeconfig": apiClient.Kubeconfig(),
		"authorization-kubeconfig":  apiClient.Kubeconfig(),
		"tls-cert-file":             serving.File(pki.CertificateData),
		"tls-private-key-file":      serving.File(pki.PrivateKeyData),
	})
}
