// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

const (
	portName = "https"
	// startSeconds is how long the first start may take, with etcd's: volumes, images and elections come before.
	startSeconds = 600
	// terminationGrace covers the delay, the longest request, and the end of the process.
	terminationGrace = shutdownDelay + requestTimeout + 15*time.Second
)

func deployment(in *component.Input, whole part) (*appsv1.Deployment, error) {
	image, err := in.Image(images.KubeAPIServer)
	if err != nil {
		return nil, err
	}
	args := whole.flags.Args()
	for _, issuer := range whole.issuers {
		args = append(args, "--service-account-issuer="+issuer)
	}
	container := corev1.Container{
		Name:    wiring.KubeAPIServer,
		Image:   image,
		Command: []string{"kube-apiserver"},
		Args:    args,
		Ports:   []corev1.ContainerPort{{Name: portName, ContainerPort: wiring.KubeAPIServerPort, Protocol: corev1.ProtocolTCP}},
		// Measured idle: 228 to 257 MB and about 2 % of a core. Ten control planes must fit beside each other on a
		// laptop; users with busy clusters raise it through spec.components.
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("50m"),
			corev1.ResourceMemory: resource.MustParse("256Mi"),
		}},
		// A look each second, so that the first second of readiness counts; no other probe runs until then. The server
		// accepts connections long before it answers, and a look that hangs in one of them must not outlast the start.
		StartupProbe:   probe(in, "/readyz", corev1.Probe{PeriodSeconds: 1, TimeoutSeconds: 2, FailureThreshold: startSeconds}),
		ReadinessProbe: probe(in, "/readyz", corev1.Probe{PeriodSeconds: 5, TimeoutSeconds: 15, FailureThreshold: 3}),
		// It does not look at etcd: a restart would not bring it back.
		LivenessProbe: probe(in, "/livez?exclude=etcd", corev1.Probe{PeriodSeconds: 10, TimeoutSeconds: 15, FailureThreshold: 8}),
	}
	pod := corev1.PodSpec{
		Containers:                    []corev1.Container{container},
		TerminationGracePeriodSeconds: ptr.To(int64(terminationGrace.Seconds())),
	}
	component.AddMounts(&pod, whole.mounts...)
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: wiring.KubeAPIServer, Annotations: namedMembers(in)},
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To(in.Replicas),
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: connections(in)},
				Spec:       pod,
			},
		},
	}, nil
}

// connections are what the API server and its sidecar connect to. Webhooks and identity providers may be anywhere.
func connections(in *component.Input) map[string]string {
	peers := []string{wiring.PeerDNS, wiring.PeerInternet, wiring.EtcdMain, wiring.EtcdEvents}
	if !in.Workerless() {
		peers = append(peers, wiring.KubeAPIServer)
	}
	labels := map[string]string{}
	for _, peer := range peers {
		labels[wiring.AllowTo(peer)] = wiring.Allowed
	}
	return labels
}

// probe asks with the token of the health check, because nobody is served anonymously.
func probe(in *component.Input, path string, settings corev1.Probe) *corev1.Probe {
	settings.HTTPGet = &corev1.HTTPGetAction{
		Scheme:      corev1.URISchemeHTTPS,
		Path:        path,
		Port:        intstr.FromString(portName),
		HTTPHeaders: []corev1.HTTPHeader{{Name: "Authorization", Value: "Bearer " + in.Keys.HealthCheckToken}},
	}
	return &settings
}
