// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"path"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	apiserverv1beta1 "k8s.io/apiserver/pkg/apis/apiserver/v1beta1"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/images"
)

const (
	konnectivityServer = "konnectivity-server"
	konnectivityVolume = "konnectivity"
	// konnectivityDir is where the API server and its sidecar meet.
	konnectivityDir    = "/run/konnectivity"
	konnectivitySocket = konnectivityDir + "/konnectivity-server.socket"
	egressFile         = "egress.yaml"
	// konnectivityAdminPort is open on the loopback device alone.
	konnectivityAdminPort  = 8133
	konnectivityHealthPort = 8134
	// konnectivityValidity is longer than that of other certificates because each renewal replaces the pods.
	konnectivityValidity = 365 * 24 * time.Hour
)

// konnectivity sends requests to nodes, pods and Services of the workload cluster through the tunnel that the sidecar
// is the end of. The API server starts and is ready without any agent.
func konnectivity(in *component.Input) (part, error) {
	if in.Workerless() {
		return part{}, nil
	}
	content, err := document{
		"apiVersion": apiserverv1beta1.SchemeGroupVersion.String(),
		"kind":       "EgressSelectorConfiguration",
		"egressSelections": []any{document{
			"name": "cluster",
			"connection": document{
				"proxyProtocol": string(apiserverv1beta1.ProtocolGRPC),
				"transport":     document{"uds": document{"udsName": konnectivitySocket}},
			},
		}},
	}.encode()
	if err != nil {
		return part{}, err
	}
	p, mount := configMap("egress", map[string]string{egressFile: content})
	p.flags = component.Flags{"egress-selector-config-file": mount.File(egressFile)}
	return p, nil
}

// addKonnectivityServer adds the sidecar. It starts before the API server and ends after it, so that requests through
// the tunnel are served to the end.
func addKonnectivityServer(in *component.Input, objects *component.Objects, pod *corev1.PodSpec) error {
	image, err := in.Image(images.KonnectivityServer)
	if err != nil {
		return err
	}
	// Through the Service: while an API server is replaced, the other one serves the Lease of the new sidecar, so that
	// agents look for it before it is ready.
	apiClient, err := component.NewAPIClient(in, konnectivityServer, wiring.KonnectivityServerUser)
	if err != nil {
		return err
	}
	dnsNames, addresses := servedNames(in)
	leaf := pki.Leaf{
		SecretName: konnectivityServer, Authority: pki.ClusterCA, CommonName: konnectivityServer,
		DNSNames: dnsNames, IPAddresses: addresses,
		ServerAuth: true, Validity: konnectivityValidity, ReadOnce: true,
	}
	objects.Certificates = append(objects.Certificates, apiClient.Certificate, leaf)
	objects.Runtime = append(objects.Runtime, apiClient.ConfigMap)

	serving := component.SecretMount(konnectivityServer+"-serving", leaf.SecretName)
	container := corev1.Container{
		Name:          konnectivityServer,
		Image:         image,
		Command:       []string{"/proxy-server"},
		Args:          konnectivityFlags(apiClient, serving).Args(),
		RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways),
		Env: []corev1.EnvVar{{Name: "PROXY_SERVER_ID", ValueFrom: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.name"},
		}}},
		Ports: []corev1.ContainerPort{{
			Name: konnectivityVolume, ContainerPort: wiring.KonnectivityPort, Protocol: corev1.ProtocolTCP,
		}},
		LivenessProbe: &corev1.Probe{
			ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
				Path: "/healthz", Port: intstr.FromInt32(konnectivityHealthPort),
			}},
			PeriodSeconds: 10, TimeoutSeconds: 15, FailureThreshold: 8,
		},
		// Measured: 43 MB resident with one agent.
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU:    resource.MustParse("5m"),
			corev1.ResourceMemory: resource.MustParse("40Mi"),
		}},
	}
	component.AddMountsTo(pod, &container, apiClient.Mount, serving)
	pod.Volumes = append(pod.Volumes, corev1.Volume{
		Name: konnectivityVolume, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
	})
	socket := corev1.VolumeMount{Name: konnectivityVolume, MountPath: path.Dir(konnectivitySocket)}
	container.VolumeMounts = append(container.VolumeMounts, socket)
	pod.Containers[0].VolumeMounts = append(pod.Containers[0].VolumeMounts, socket)
	pod.InitContainers = append(pod.InitContainers, container)
	return nil
}

func konnectivityFlags(apiClient component.APIClient, serving component.Mount) component.Flags {
	return component.Flags{
		"mode":                     "grpc",
		"uds-name":                 konnectivitySocket,
		"delete-existing-uds-file": "true",
		"server-port":              "0",
		"agent-port":               strconv.Itoa(wiring.KonnectivityPort),
		"admin-port":               strconv.Itoa(konnectivityAdminPort),
		"health-port":              strconv.Itoa(konnectivityHealthPort),
		"cluster-cert":             serving.File(pki.CertificateData),
		"cluster-key":              serving.File(pki.PrivateKeyData),
		// Agents are known by the token of their service account.
		"kubeconfig":              apiClient.Kubeconfig(),
		"agent-namespace":         metav1.NamespaceSystem,
		"agent-service-account":   wiring.KonnectivityAgent,
		"authentication-audience": wiring.KonnectivityAudience,
		// Agents count the Leases of servers, and so connect to each of them, however many run at the moment.
		"enable-lease-controller": "true",
		"lease-namespace":         metav1.NamespaceSystem,
		// Load balancers forget connections on which nothing is said.
		"keepalive-time": "1m0s",
		// The default of these programs is for those who develop them.
		"v": "1",
	}
}
