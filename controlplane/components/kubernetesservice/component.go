// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubernetesservice

import (
	"fmt"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

const (
	// serviceName and portName are those of the Service that kube-apiserver makes.
	serviceName = "kubernetes"
	portName    = "https"
)

// Component leads pods to the API server.
type Component struct{}

var _ component.Component = Component{}

// New returns the component.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.KubernetesService }

// Enabled implements component.Component.
func (Component) Enabled(in *component.Input) bool { return !in.Workerless() }

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component.
func (Component) Render(in *component.Input) (component.Objects, error) {
	host := in.Endpoint.Host
	if host == "" {
		return component.Objects{Waiting: "the endpoint of the API server"}, nil
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return addressed(in, address)
	}
	if kubernetes.Has(in.Version, kubernetes.MutatingAdmissionPolicyV1) {
		return component.Objects{Target: []client.Object{policy(in), policyBinding()}}, nil
	}
	return component.Objects{Waiting: fmt.Sprintf("an IP address for the Service kubernetes: the endpoint %s is a name, "+
		"which pods learn from Kubernetes 1.36 on; upgrade, or set %s=%s and %s=%d in pods that use the API",
		host, wiring.APIServerHostVariable, host, wiring.APIServerPortVariable, in.Endpoint.Port)}, nil
}

// addressed leads the Service to an IP address, which must be of the Service's family.
func addressed(in *component.Input, address netip.Addr) (component.Objects, error) {
	service, err := netip.ParseAddr(in.Network.KubernetesServiceIPs[0])
	if err != nil {
		return component.Objects{}, fmt.Errorf("read the address of Service %s: %w", serviceName, err)
	}
	if service.Is4() != address.Is4() {
		return component.Objects{Waiting: fmt.Sprintf("an endpoint of the family of the Service kubernetes (%s), which the endpoint %s is not; "+
			"create a new cluster with a first Service range of the endpoint's family", service, address)}, nil
	}
	return component.Objects{Target: []client.Object{endpointSlice(address, in.Endpoint.Port)}}, nil
}

func endpointSlice(address netip.Addr, port int32) *discoveryv1.EndpointSlice {
	family := discoveryv1.AddressTypeIPv4
	if address.Is6() {
		family = discoveryv1.AddressTypeIPv6
	}
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: metav1.NamespaceDefault, Name: serviceName,
			Labels: map[string]string{
				discoveryv1.LabelServiceName: serviceName,
				// Kubernetes' own controllers leave the slices of others alone.
				discoveryv1.LabelManagedBy: wiring.ManagedBy,
			},
		},
		AddressType: family,
		Endpoints: []discoveryv1.Endpoint{{
			Addresses:  []string{address.String()},
			Conditions: discoveryv1.EndpointConditions{Ready: ptr.To(true)},
		}},
		Ports: []discoveryv1.EndpointPort{{
			Name: ptr.To(portName), Protocol: ptr.To(corev1.ProtocolTCP), Port: ptr.To(port),
		}},
	}
}
