// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/cluster-api/util/conditions"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/seeds"
)

var now = time.Date(2030, time.May, 1, 12, 0, 0, 0, time.UTC)

// scopeOf is the scope of control plane team/c on a seed with some objects.
func scopeOf(objects ...client.Object) *scope {
	cluster := &clusterv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "c"}}
	controlPlane := &controlplanev1.KubeceptionControlPlane{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "c"}}
	s := newScope(cluster, controlPlane, now)
	seed := fake.NewClientBuilder().WithObjects(objects...).Build()
	s.seed = &seeds.Seed{Client: seed, Live: seed}
	s.input = &component.Input{}
	return s
}

func serviceOf(kind corev1.ServiceType, ingress ...corev1.LoadBalancerIngress) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team--c", Name: "kube-apiserver"},
		Spec: corev1.ServiceSpec{
			Type: kind, ClusterIP: "10.0.0.10",
			Ports: []corev1.ServicePort{{Port: 6443, NodePort: 31000}, {Port: 8132, NodePort: 32000}},
		},
		Status: corev1.ServiceStatus{LoadBalancer: corev1.LoadBalancerStatus{Ingress: ingress}},
	}
}

func nodeWith(name string, addresses ...corev1.NodeAddress) *corev1.Node {
	return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Status: corev1.NodeStatus{Addresses: addresses}}
}

func TestTheEndpointIsFoundByExposure(t *testing.T) {
	byIP, byName := corev1.LoadBalancerIngress{IP: "192.0.2.1"}, corev1.LoadBalancerIngress{Hostname: "lb.example.com"}
	internal := corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: "10.1.0.1"}
	external := corev1.NodeAddress{Type: corev1.NodeExternalIP, Address: "192.0.2.9"}
	cases := map[string]struct {
		objects  []client.Object
		hostname string
		want     string
		reason   string
	}{
		"without a Service it is waited for":                  {nil, "", "", controlplanev1.WaitingForServiceReason},
		"a load balancer with an address":                     {[]client.Object{serviceOf(corev1.ServiceTypeLoadBalancer, byIP)}, "", "192.0.2.1:6443", clusterv1.AvailableReason},
		"a load balancer with a name":                         {[]client.Object{serviceOf(corev1.ServiceTypeLoadBalancer, byName)}, "", "lb.example.com:6443", clusterv1.AvailableReason},
		"a load balancer with an empty entry first":           {[]client.Object{serviceOf(corev1.ServiceTypeLoadBalancer, corev1.LoadBalancerIngress{}, byIP)}, "", "192.0.2.1:6443", clusterv1.AvailableReason},
		"a load balancer under a host name of the user":       {[]client.Object{serviceOf(corev1.ServiceTypeLoadBalancer, byIP)}, "api.example.com", "api.example.com:6443", clusterv1.AvailableReason},
		"a load balancer without an address is waited for":    {[]client.Object{serviceOf(corev1.ServiceTypeLoadBalancer)}, "api.example.com", "", controlplanev1.WaitingForLoadBalancerReason},
		"a node port on an address reachable from everywhere": {[]client.Object{serviceOf(corev1.ServiceTypeNodePort), nodeWith("a", internal), nodeWith("b", internal, external)}, "", "192.0.2.9:31000", clusterv1.AvailableReason},
		"a node port on an internal address":                  {[]client.Object{serviceOf(corev1.ServiceTypeNodePort), nodeWith("a", internal)}, "", "10.1.0.1:31000", clusterv1.AvailableReason},
		"a node port without nodes is waited for":             {[]client.Object{serviceOf(corev1.ServiceTypeNodePort)}, "", "", controlplanev1.WaitingForNodeAddressReason},
		"a node port under a host name of the user":           {[]client.Object{serviceOf(corev1.ServiceTypeNodePort)}, "api.example.com", "api.example.com:31000", clusterv1.AvailableReason},
		"an address inside the seed":                          {[]client.Object{serviceOf(corev1.ServiceTypeClusterIP)}, "", "10.0.0.10:6443", clusterv1.AvailableReason},
		"a name inside the seed":                              {[]client.Object{serviceOf(corev1.ServiceTypeClusterIP)}, "api.example.com", "api.example.com:6443", clusterv1.AvailableReason},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := scopeOf(tc.objects...)
			s.controlPlane.Spec.Exposure.Hostname = tc.hostname
			_, err := (&Reconciler{}).reconcileEndpoint(t.Context(), s)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(conditions.GetReason(s.controlPlane, controlplanev1.EndpointAvailableCondition)).To(Equal(tc.reason))
			if tc.want == "" {
				g.Expect(s.controlPlane.Spec.ControlPlaneEndpoint.IsZero()).To(BeTrue())
				return
			}
			g.Expect(s.controlPlane.Spec.ControlPlaneEndpoint.String()).To(Equal(tc.want))
			g.Expect(s.input.Endpoint).To(Equal(s.controlPlane.Spec.ControlPlaneEndpoint))
		})
	}
}

func TestNodesAreLookedAtAgainBecauseTheyAreNotWatched(t *testing.T) {
	g := NewWithT(t)
	result, err := (&Reconciler{}).reconcileEndpoint(t.Context(), scopeOf(serviceOf(corev1.ServiceTypeNodePort)))
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result).To(Equal(nextAndAgain(nodeAddressPeriod)))
}

func TestOneEndpointIsInForce(t *testing.T) {
	one, another := clusterv1.APIEndpoint{Host: "one", Port: 6443}, clusterv1.APIEndpoint{Host: "another", Port: 443}
	cases := map[string]struct {
		published, ofCluster clusterv1.APIEndpoint
		want                 clusterv1.APIEndpoint
		reason               string
	}{
		"that of the Cluster is adopted":           {clusterv1.APIEndpoint{}, one, one, clusterv1.AvailableReason},
		"a published one stays, without a Service": {one, clusterv1.APIEndpoint{}, one, clusterv1.AvailableReason},
		"both agree": {one, one, one, clusterv1.AvailableReason},
		"a published one stays also in a conflict": {one, another, one, controlplanev1.EndpointConflictReason},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := scopeOf()
			s.controlPlane.Spec.ControlPlaneEndpoint, s.cluster.Spec.ControlPlaneEndpoint = tc.published, tc.ofCluster
			_, err := (&Reconciler{}).reconcileEndpoint(t.Context(), s)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(s.controlPlane.Spec.ControlPlaneEndpoint).To(Equal(tc.want))
			g.Expect(s.input.Endpoint).To(Equal(tc.want), "the API server keeps its address")
			g.Expect(conditions.GetReason(s.controlPlane, controlplanev1.EndpointAvailableCondition)).To(Equal(tc.reason))
		})
	}
}
