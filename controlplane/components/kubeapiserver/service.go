// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// service leads to the API server, for the seed and, by its type, for the world. An instance that is not ready is
// never addressed.
func service(in *component.Input) *corev1.Service {
	exposure := in.Configuration.Exposure
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: wiring.KubeAPIServerService, Annotations: exposure.Annotations},
		Spec: corev1.ServiceSpec{
			Type:     serviceType(exposure.Type),
			Selector: component.PodSelector(wiring.KubeAPIServer),
			Ports: []corev1.ServicePort{{
				Name:       portName,
				Protocol:   corev1.ProtocolTCP,
				Port:       wiring.KubeAPIServerPort,
				TargetPort: intstr.FromString(portName),
			}},
		},
	}
	if !in.Workerless() {
		service.Spec.Ports = append(service.Spec.Ports, corev1.ServicePort{
			Name:       konnectivityVolume,
			Protocol:   corev1.ProtocolTCP,
			Port:       wiring.KonnectivityPort,
			TargetPort: intstr.FromInt32(wiring.KonnectivityPort),
		})
	}
	if exposure.LoadBalancerClass != "" {
		service.Spec.LoadBalancerClass = ptr.To(exposure.LoadBalancerClass)
	}
	if exposure.Hostname == "" {
		keepAddress(service, in.Endpoint)
	}
	return service
}

// firstNodePort is the first port that Kubernetes gives to Services by default.
const firstNodePort = 30000

// keepAddress asks for the published address, so that a Service that somebody deleted comes back where users,
// machines and the Cluster, whose endpoint cannot change, look for it. A published name resolves to an address that
// is not known here.
func keepAddress(service *corev1.Service, published clusterv1.APIEndpoint) {
	if service.Spec.Type == corev1.ServiceTypeNodePort && published.Port >= firstNodePort {
		service.Spec.Ports[0].NodePort = published.Port
	}
	if _, err := netip.ParseAddr(published.Host); err != nil {
		return
	}
	switch service.Spec.Type {
	case corev1.ServiceTypeLoadBalancer:
		service.Spec.LoadBalancerIP = published.Host
	case corev1.ServiceTypeClusterIP:
		service.Spec.ClusterIP = published.Host
	}
}

func serviceType(exposure controlplanev1.ExposureType) corev1.ServiceType {
	switch exposure {
	case controlplanev1.ExposureNodePort:
		return corev1.ServiceTypeNodePort
	case controlplanev1.ExposureClusterIP, controlplanev1.ExposureGateway:
		return corev1.ServiceTypeClusterIP
	default:
		return corev1.ServiceTypeLoadBalancer
	}
}
