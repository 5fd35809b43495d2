// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package network

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const (
	// nodeLocalDNS is where the node-local cache of DNS listens, where a seed has one.
	nodeLocalDNS = "169.254.20.10/32"
	// linkLocal holds the metadata services of clouds, which hand out the credentials of the seed's nodes; over
	// IPv6 the best known one has an address of its own.
	linkLocal        = "169.254.0.0/16"
	linkLocalV6      = "fe80::/10"
	awsMetadataForV6 = "fd00:ec2::254/128"
)

func denyAll() *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "deny-all"},
		Spec: networkingv1.NetworkPolicySpec{
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		},
	}
}

// asking selects the pods that ask to connect to a peer.
func asking(to string) metav1.LabelSelector {
	return labelled(map[string]string{wiring.AllowTo(to): wiring.Allowed})
}

func allowToDNS() *networkingv1.NetworkPolicy {
	return policy("allow-to-dns", asking(wiring.PeerDNS), nil, []egress{dns()})
}

func dns() egress {
	return egress{
		To: []peer{
			{
				NamespaceSelector: &metav1.LabelSelector{
					MatchLabels: map[string]string{corev1.LabelMetadataName: metav1.NamespaceSystem},
				},
				PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"k8s-app": "kube-dns"}},
			},
			{IPBlock: &networkingv1.IPBlock{CIDR: nodeLocalDNS}},
		},
		Ports: slices.Concat(udp(wiring.DNSPort, wiring.DNSPodPort), tcp(wiring.DNSPort, wiring.DNSPodPort)),
	}
}

func allowToSeedAPIServer() *networkingv1.NetworkPolicy {
	return policy("allow-to-seed-apiserver", asking(wiring.PeerSeedAPIServer), nil, []egress{seedAPIServer()})
}

// seedAPIServer opens the usual ports of API servers to any address: where the seed's is, and whether a block of
// addresses can name it, depends on the seed and its network. Who connects needs a token all the same.
func seedAPIServer() egress { return egress{Ports: tcp(443, wiring.KubeAPIServerPort)} }

func allowToInternet() *networkingv1.NetworkPolicy {
	return policy("allow-to-internet", asking(wiring.PeerInternet), nil, []egress{internet()})
}

// internet is private networks too: object stores and identity providers are often there.
func internet() egress {
	return egress{To: []peer{
		{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0", Except: []string{linkLocal}}},
		{IPBlock: &networkingv1.IPBlock{CIDR: "::/0", Except: []string{linkLocalV6, awsMetadataForV6}}},
	}}
}

// allowToServer lets those that ask for it reach the ports of a workload in this namespace.
func allowToServer(server string, ports ...int32) *networkingv1.NetworkPolicy {
	return policy("allow-to-"+server, asking(server), nil,
		[]egress{{To: pods(labelled(component.PodSelector(server))), Ports: tcp(ports...)}})
}

// allowFromAsking is the other end of allowToServer.
func allowFromAsking(server string, ports ...int32) *networkingv1.NetworkPolicy {
	return policy("allow-from-clients-to-"+server, labelled(component.PodSelector(server)),
		[]ingress{{From: pods(asking(server)), Ports: tcp(ports...)}}, nil)
}

// allowFromEverywhere is for what is exposed: its clients are nodes and users, seen under any address.
func allowFromEverywhere(server string, ports ...int32) *networkingv1.NetworkPolicy {
	return policy("allow-from-everywhere-to-"+server, labelled(component.PodSelector(server)),
		[]ingress{{Ports: tcp(ports...)}}, nil)
}
