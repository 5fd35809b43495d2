// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"strings"

	druidv1alpha1 "github.com/gardener/etcd-druid/api/core/v1alpha1"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// listsAtRest are the kinds that nobody should write while nothing changes. Leases are renewed, and etcd-druid
// writes the time of its last look into Etcd status, so they are left out.
func listsAtRest() []client.ObjectList {
	return []client.ObjectList{
		&corev1.SecretList{}, &corev1.ConfigMapList{}, &corev1.ServiceList{}, &corev1.PodList{},
		&appsv1.DeploymentList{}, &appsv1.StatefulSetList{},
		&networkingv1.NetworkPolicyList{}, &policyv1.PodDisruptionBudgetList{},
	}
}

// record notes the resource version of every object in a list.
func record(found map[string]string, list client.ObjectList) {
	Expect(meta.EachListItem(list, func(item runtime.Object) error {
		object, err := meta.Accessor(item)
		if err != nil {
			return err
		}
		found[fmt.Sprintf("%T %s", item, object.GetName())] = object.GetResourceVersion()
		return nil
	})).To(Succeed())
}

// generations notes the generation of every Etcd, which changes when somebody writes its spec.
func generations(list *druidv1alpha1.EtcdList) map[string]int64 {
	found := map[string]int64{}
	for _, etcd := range list.Items {
		found[etcd.Name] = etcd.Generation
	}
	return found
}

// contains reports whether a text holds all parts.
func contains(text string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}
