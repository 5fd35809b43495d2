// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// nodeAddressPeriod is the time between two looks for a node with an address. Nodes of a seed are not watched: they
// matter once, and report often.
const nodeAddressPeriod = 10 * time.Second

// reconcileEndpoint finds the address of the API server and publishes it at once, without waiting for the
// infrastructure: some infrastructure waits for it.
func (r *Reconciler) reconcileEndpoint(ctx context.Context, s *scope) (phaseResult, error) {
	endpoint, result, err := r.endpoint(ctx, s)
	if err != nil || endpoint.IsZero() {
		return result, err
	}
	s.input.Endpoint = endpoint // Also in a conflict: the API server goes on as it is.
	if s.input.Tunnel, err = tunnel(ctx, s, endpoint.Host); err != nil {
		return phaseResult{}, err
	}
	if published := s.cluster.Spec.ControlPlaneEndpoint; !published.IsZero() && published != endpoint {
		s.isFalse(controlplanev1.EndpointAvailableCondition, controlplanev1.EndpointConflictReason, fmt.Sprintf(
			"Cluster spec.controlPlaneEndpoint is %s, but the API server is reached at %s; let either the infrastructure or the control plane provide the endpoint",
			published.String(), endpoint.String()))
		return next(), nil
	}
	s.controlPlane.Spec.ControlPlaneEndpoint = endpoint
	s.isTrue(controlplanev1.EndpointAvailableCondition, controlplanev1.EndpointAvailableReason)
	again, err := r.informInfrastructure(ctx, s, endpoint)
	if err != nil {
		return phaseResult{}, err
	}
	return nextAndAgain(max(result.after, again)), nil
}

// tunnel returns where agents reach the tunnel: at the host of the API server and, with node ports, at another port.
// It is zero while that is not known.
func tunnel(ctx context.Context, s *scope, host string) (clusterv1.APIEndpoint, error) {
	if s.controlPlane.Spec.Exposure.Type != controlplanev1.ExposureNodePort {
		return clusterv1.APIEndpoint{Host: host, Port: wiring.KonnectivityPort}, nil
	}
	service := &corev1.Service{}
	key := client.ObjectKey{Namespace: s.seedNamespace(), Name: wiring.KubeAPIServerService}
	if err := client.IgnoreNotFound(s.seed.Client.Get(ctx, key, service)); err != nil {
		return clusterv1.APIEndpoint{}, fmt.Errorf("get Service %s: %w", key, err)
	}
	if port := nodePort(service, wiring.KonnectivityPort); port != 0 {
		return clusterv1.APIEndpoint{Host: host, Port: port}, nil
	}
	return clusterv1.APIEndpoint{}, nil // The Service is watched.
}

// nodePort is the port of the nodes that leads to a port of a Service; zero if there is none.
func nodePort(service *corev1.Service, port int32) int32 {
	for _, p := range service.Spec.Ports {
		if p.Port == port {
			return p.NodePort
		}
	}
	return 0
}

// endpoint returns the endpoint in force, in this order: what was published, what the user or the infrastructure
// gave the Cluster, what the Service in the seed offers. It is zero while there is none.
func (r *Reconciler) endpoint(ctx context.Context, s *scope) (clusterv1.APIEndpoint, phaseResult, error) {
	if endpoint := s.controlPlane.Spec.ControlPlaneEndpoint; endpoint.IsValid() {
		return endpoint, next(), nil
	}
	if endpoint := s.cluster.Spec.ControlPlaneEndpoint; endpoint.IsValid() {
		return endpoint, next(), nil
	}
	service := &corev1.Service{}
	key := client.ObjectKey{Namespace: s.seedNamespace(), Name: wiring.KubeAPIServerService}
	if err := s.seed.Client.Get(ctx, key, service); err != nil {
		if client.IgnoreNotFound(err) != nil {
			return clusterv1.APIEndpoint{}, phaseResult{}, fmt.Errorf("get Service %s: %w", key, err)
		}
		s.isFalse(controlplanev1.EndpointAvailableCondition, controlplanev1.WaitingForServiceReason, "Waiting for the Service of the API server")
		return clusterv1.APIEndpoint{}, next(), nil
	}

	exposure := s.controlPlane.Spec.Exposure
	switch service.Spec.Type {
	case corev1.ServiceTypeLoadBalancer:
		if endpoint := loadBalancerEndpoint(service, exposure.Hostname); endpoint.IsValid() {
			return endpoint, next(), nil
		}
		s.isFalse(controlplanev1.EndpointAvailableCondition, controlplanev1.WaitingForLoadBalancerReason,
			fmt.Sprintf("Waiting for the load balancer of Service %s in the seed; see its events", key))
		return clusterv1.APIEndpoint{}, next(), nil
	case corev1.ServiceTypeNodePort:
		return r.nodePortEndpoint(ctx, s, service)
	default:
		host := exposure.Hostname
		if host == "" {
			host = service.Spec.ClusterIP
		}
		return clusterv1.APIEndpoint{Host: host, Port: wiring.KubeAPIServerPort}, next(), nil
	}
}

func loadBalancerEndpoint(service *corev1.Service, hostname string) clusterv1.APIEndpoint {
	for _, ingress := range service.Status.LoadBalancer.Ingress {
		host := hostname
		if host == "" {
			host = ingress.IP
		}
		if host == "" {
			host = ingress.Hostname
		}
		if host != "" {
			return clusterv1.APIEndpoint{Host: host, Port: wiring.KubeAPIServerPort}
		}
	}
	return clusterv1.APIEndpoint{}
}

func (r *Reconciler) nodePortEndpoint(ctx context.Context, s *scope, service *corev1.Service) (clusterv1.APIEndpoint, phaseResult, error) {
	port := nodePort(service, wiring.KubeAPIServerPort)
	host := s.controlPlane.Spec.Exposure.Hostname
	if host == "" {
		nodes := &corev1.NodeList{}
		if err := s.seed.Live.List(ctx, nodes, client.Limit(20)); err != nil {
			return clusterv1.APIEndpoint{}, phaseResult{}, fmt.Errorf("list Nodes of the seed: %w", err)
		}
		host = nodeAddress(nodes.Items)
	}
	if host == "" || port == 0 {
		s.isFalse(controlplanev1.EndpointAvailableCondition, controlplanev1.WaitingForNodeAddressReason,
			"No node of the seed has an address; set spec.exposure.hostname of a new control plane, or wait for nodes")
		return clusterv1.APIEndpoint{}, nextAndAgain(nodeAddressPeriod), nil
	}
	return clusterv1.APIEndpoint{Host: host, Port: port}, next(), nil
}

// nodeAddress prefers an address that is reachable from everywhere.
func nodeAddress(nodes []corev1.Node) string {
	for _, kind := range []corev1.NodeAddressType{corev1.NodeExternalIP, corev1.NodeInternalIP} {
		for _, node := range nodes {
			for _, address := range node.Status.Addresses {
				if address.Type == kind && node.DeletionTimestamp == nil {
					return address.Address
				}
			}
		}
	}
	return ""
}
