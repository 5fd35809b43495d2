// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package coredns

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// service has the addresses that kubelets tell pods, one of each family of the cluster.
func service(in *component.Input) (*corev1.Service, error) {
	addresses, err := in.Network.DNSServiceIPs()
	if err != nil {
		return nil, err
	}
	policy := corev1.IPFamilyPolicySingleStack
	if len(addresses) > 1 {
		policy = corev1.IPFamilyPolicyRequireDualStack
	}
	service := &corev1.Service{
		ObjectMeta: component.SystemMeta(wiring.DNSService),
		Spec: corev1.ServiceSpec{
			Type:           corev1.ServiceTypeClusterIP,
			ClusterIP:      addresses[0],
			ClusterIPs:     addresses,
			IPFamilyPolicy: ptr.To(policy),
			Selector:       selector,
			Ports: []corev1.ServicePort{
				{Name: "dns", Protocol: corev1.ProtocolUDP, Port: wiring.DNSPort, TargetPort: intstr.FromInt32(dnsPort)},
				{Name: "dns-tcp", Protocol: corev1.ProtocolTCP, Port: wiring.DNSPort, TargetPort: intstr.FromInt32(dnsPort)},
				{Name: "metrics", Protocol: corev1.ProtocolTCP, Port: metricsPort, TargetPort: intstr.FromInt32(metricsPort)},
			},
		},
	}
	service.Labels = map[string]string{wiring.LabelSystemApp: wiring.DNSService, "kubernetes.io/cluster-service": "true"}
	return service, nil
}
