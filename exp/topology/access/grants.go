// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"slices"
	"strings"

	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// readOnlyRole is Gardener's name for the role of viewers in workload clusters.
const readOnlyRole = "gardener.cloud:system:read-only"

// readable is what Kubernetes has, by group, apart from Secrets and from what tells nothing when it is read.
var readable = []struct {
	group     string
	resources []string
}{
	{"", []string{
		"configmaps", "endpoints", "events", "limitranges", "namespaces", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "pods/log",
		"podtemplates", "replicationcontrollers", "resourcequotas", "serviceaccounts", "services",
	}},
	{"admissionregistration.k8s.io", []string{
		"mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "mutatingwebhookconfigurations", "validatingadmissionpolicies",
		"validatingadmissionpolicybindings", "validatingwebhookconfigurations",
	}},
	{"apiextensions.k8s.io", []string{"customresourcedefinitions"}},
	{"apiregistration.k8s.io", []string{"apiservices"}},
	{"apps", []string{"controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"}},
	{"autoscaling", []string{"horizontalpodautoscalers"}},
	{"batch", []string{"cronjobs", "jobs"}},
	{"certificates.k8s.io", []string{"certificatesigningrequests"}},
	{"coordination.k8s.io", []string{"leases"}},
	{"discovery.k8s.io", []string{"endpointslices"}},
	{"events.k8s.io", []string{"events"}},
	{"flowcontrol.apiserver.k8s.io", []string{"flowschemas", "prioritylevelconfigurations"}},
	{"metrics.k8s.io", []string{"nodes", "pods"}},
	{"networking.k8s.io", []string{"ingressclasses", "ingresses", "ipaddresses", "networkpolicies", "servicecidrs"}},
	{"node.k8s.io", []string{"runtimeclasses"}},
	{"policy", []string{"poddisruptionbudgets"}},
	{"rbac.authorization.k8s.io", []string{"clusterrolebindings", "clusterroles", "rolebindings", "roles"}},
	{"resource.k8s.io", []string{"deviceclasses", "resourceclaims", "resourceclaimtemplates", "resourceslices"}},
	{"scheduling.k8s.io", []string{"priorityclasses"}},
	{"storage.k8s.io", []string{"csidrivers", "csinodes", "csistoragecapacities", "storageclasses", "volumeattachments", "volumeattributesclasses"}},
}

// Grants are what a workload cluster needs so that the groups of kubeconfigs mean something: administrators may everything,
// viewers may read everything but Secrets and what else is encrypted at rest, given as <resource>.<group> or <resource>.
func Grants(encrypted []string) []client.Object {
	role := &rbacv1.ClusterRole{TypeMeta: typeMeta("ClusterRole"), ObjectMeta: metav1.ObjectMeta{Name: readOnlyRole}}
	for _, of := range readable {
		resources := slices.DeleteFunc(slices.Clone(of.resources), func(resource string) bool { return isEncrypted(encrypted, of.group, resource) })
		if len(resources) > 0 {
			role.Rules = append(role.Rules, rbacv1.PolicyRule{APIGroups: []string{of.group}, Resources: resources, Verbs: []string{"get", "list", "watch"}})
		}
	}
	return []client.Object{
		role,
		grant(v1beta1constants.ShootSystemAdminsGroupName, "cluster-admin"),
		grant(v1beta1constants.ShootProjectAdminsGroupName, "cluster-admin"),
		grant(v1beta1constants.ShootSystemViewersGroupName, readOnlyRole),
		grant(v1beta1constants.ShootProjectViewersGroupName, readOnlyRole),
	}
}

// isEncrypted knows the wildcards of EncryptionConfigurations: *.<group>, *. for the core group, and *.* for everything.
func isEncrypted(encrypted []string, group, resource string) bool {
	resource, _, _ = strings.Cut(resource, "/")
	return slices.ContainsFunc(encrypted, func(entry string) bool {
		name, of, _ := strings.Cut(entry, ".")
		return (name == resource || name == "*") && (of == group || name == "*" && of == "*")
	})
}

func grant(group, role string) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{
		TypeMeta: typeMeta("ClusterRoleBinding"), ObjectMeta: metav1.ObjectMeta{Name: group},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: group}},
	}
}

func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: kind}
}
