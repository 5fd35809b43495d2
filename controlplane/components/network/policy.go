// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package network

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

type (
	egress  = networkingv1.NetworkPolicyEgressRule
	ingress = networkingv1.NetworkPolicyIngressRule
	peer    = networkingv1.NetworkPolicyPeer
	port    = networkingv1.NetworkPolicyPort
)

// policy returns a policy for the pods that a selector selects. Its types follow from its rules.
func policy(name string, pods metav1.LabelSelector, in []ingress, out []egress) *networkingv1.NetworkPolicy {
	policy := &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       networkingv1.NetworkPolicySpec{PodSelector: pods, Ingress: in, Egress: out},
	}
	if len(in) > 0 {
		policy.Spec.PolicyTypes = append(policy.Spec.PolicyTypes, networkingv1.PolicyTypeIngress)
	}
	if len(out) > 0 {
		policy.Spec.PolicyTypes = append(policy.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
	}
	return policy
}

func labelled(labels map[string]string) metav1.LabelSelector {
	return metav1.LabelSelector{MatchLabels: labels}
}

// pods are pods of this namespace.
func pods(selector metav1.LabelSelector) []peer { return []peer{{PodSelector: &selector}} }

func tcp(numbers ...int32) []port {
	ports := make([]port, 0, len(numbers))
	for _, number := range numbers {
		ports = append(ports, port{Protocol: ptr.To(corev1.ProtocolTCP), Port: ptr.To(intstr.FromInt32(number))})
	}
	return ports
}

func udp(numbers ...int32) []port {
	ports := make([]port, 0, len(numbers))
	for _, number := range numbers {
		ports = append(ports, port{Protocol: ptr.To(corev1.ProtocolUDP), Port: ptr.To(intstr.FromInt32(number))})
	}
	return ports
}
