// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package targets

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// stages are the kinds in the order in which they are applied, and against which they are pruned: what others need
// comes first, what calls others comes last. Custom resources come between workloads and the latter.
var stages = [][]schema.GroupVersionKind{
	{kind("", "v1", "Namespace")},
	{kind("apiextensions.k8s.io", "v1", "CustomResourceDefinition")},
	{
		kind("scheduling.k8s.io", "v1", "PriorityClass"),
		kind("storage.k8s.io", "v1", "StorageClass"), kind("storage.k8s.io", "v1", "CSIDriver"),
		kind("node.k8s.io", "v1", "RuntimeClass"), kind("networking.k8s.io", "v1", "IngressClass"),
	},
	{
		kind("", "v1", "ServiceAccount"),
		kind(rbac, "v1", "ClusterRole"), kind(rbac, "v1", "Role"),
		kind(rbac, "v1", "ClusterRoleBinding"), kind(rbac, "v1", "RoleBinding"),
		kind("networking.k8s.io", "v1", "NetworkPolicy"),
		kind("", "v1", "ResourceQuota"), kind("", "v1", "LimitRange"),
	},
	{kind("", "v1", "ConfigMap"), kind("", "v1", "Secret"), kind("", "v1", "PersistentVolumeClaim")},
	{kind("", "v1", "Service"), kind("", "v1", "Endpoints"), kind("discovery.k8s.io", "v1", "EndpointSlice")},
	{
		kind("apps", "v1", "DaemonSet"), kind("apps", "v1", "Deployment"), kind("apps", "v1", "StatefulSet"),
		kind("batch", "v1", "Job"), kind("batch", "v1", "CronJob"),
		kind("policy", "v1", "PodDisruptionBudget"), kind("autoscaling", "v2", "HorizontalPodAutoscaler"),
	},
	{}, // custom resources
	{
		kind("apiregistration.k8s.io", "v1", "APIService"),
		kind(admission, "v1", "ValidatingAdmissionPolicy"), kind(admission, "v1", "ValidatingAdmissionPolicyBinding"),
		kind(admission, "v1", "MutatingWebhookConfiguration"), kind(admission, "v1", "ValidatingWebhookConfiguration"),
	},
}

const (
	rbac      = "rbac.authorization.k8s.io"
	admission = "admissionregistration.k8s.io"
	// customResources is the index of the stage for kinds that are not listed.
	customResources = 7
)

func kind(group, version, kind string) schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: group, Version: version, Kind: kind}
}

func stageOf(kind schema.GroupKind) int {
	for i, stage := range stages {
		if slices.ContainsFunc(stage, func(other schema.GroupVersionKind) bool { return other.GroupKind() == kind }) {
			return i
		}
	}
	return customResources
}

// inOrder sorts objects for being applied. Those of a stage keep their order.
func inOrder(objects []member) {
	slices.SortStableFunc(objects, func(a, b member) int { return cmp.Compare(a.stage(), b.stage()) })
}

// member is a desired object and the set that it belongs to.
type member struct {
	set    string
	object *unstructured.Unstructured
}

func (m member) kind() schema.GroupVersionKind { return m.object.GroupVersionKind() }

func (m member) stage() int { return stageOf(m.kind().GroupKind()) }

// holdsData are the kinds that are never deleted to be made anew: data, or the objects of others, would go with them.
func holdsData(kind schema.GroupKind) bool {
	switch kind.Kind {
	case "Namespace", "CustomResourceDefinition", "PersistentVolumeClaim", "StatefulSet":
		return true
	}
	return stageOf(kind) == customResources
}
