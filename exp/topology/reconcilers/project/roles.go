// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	operationsv1alpha1 "github.com/gardener/gardener/pkg/apis/operations/v1alpha1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/authentication/user"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
)

const (
	// LabelManagedBy marks what this package writes; its cache selects on it.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// ManagedBy is the value of LabelManagedBy.
	ManagedBy = "kubeception-topology"

	memberRoleName                = "gardener.cloud:system:project-member"
	viewerRoleName                = "gardener.cloud:system:project-viewer"
	serviceAccountManagerRoleName = "gardener.cloud:system:project-serviceaccountmanager"
	globalResourcesRoleName       = "gardener.cloud:system:read-global-resources"

	aggregationSuffix                     = "-aggregation"
	aggregateToViewerLabel                = "rbac.gardener.cloud/aggregate-to-project-viewer"
	aggregateToServiceAccountManagerLabel = "rbac.gardener.cloud/aggregate-to-project-serviceaccountmanager"
)

var (
	readVerbs  = []string{"get", "list", "watch"}
	writeVerbs = []string{"create", "delete", "deletecollection", "get", "list", "watch", "patch", "update"}
)

// sharedRoles are the roles of all Projects. The rules of section 21 of Gardener's documentation are in the sources of the
// aggregated ones. Kubeconfigs are served in our own group; Gardener's words for them are there for those who ask who may what.
func sharedRoles() []client.Object {
	return []client.Object{
		aggregated(memberRoleName, v1beta1constants.LabelKeyAggregateToProjectMember),
		source(memberRoleName, v1beta1constants.LabelKeyAggregateToProjectMember, memberRules()),
		aggregated(viewerRoleName, aggregateToViewerLabel),
		source(viewerRoleName, aggregateToViewerLabel, viewerRules()),
		aggregated(serviceAccountManagerRoleName, aggregateToServiceAccountManagerLabel),
		source(serviceAccountManagerRoleName, aggregateToServiceAccountManagerLabel, serviceAccountManagerRules()),
		globalResourcesRole(),
		globalResourcesBinding(),
	}
}

// aggregated is the role that RoleBindings of Projects name. Its rules are collected by Kubernetes.
func aggregated(name, label string) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
			LabelManagedBy: ManagedBy, v1beta1constants.GardenRole: name[len("gardener.cloud:system:"):],
		}},
		AggregationRule: &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{label: "true"}}}},
	}
}

// source is what an aggregated role collects at least.
func source(name, label string, rules []rbacv1.PolicyRule) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: name + aggregationSuffix, Labels: map[string]string{LabelManagedBy: ManagedBy, label: "true"}},
		Rules:      rules,
	}
}

func memberRules() []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{
		rule(corev1.GroupName, writeVerbs, "secrets", "configmaps"),
		rule(corev1.GroupName, readVerbs, "events", "resourcequotas", "serviceaccounts"),
		rule(eventsv1.GroupName, readVerbs, "events"),
		rule(gardencorev1beta1.GroupName, writeVerbs, "shoots", "secretbindings", "quotas"),
		// Tokens of workload identities are not for members.
		rule(securityv1alpha1.GroupName, writeVerbs, "credentialsbindings", "workloadidentities"),
		rule(operationsv1alpha1.GroupName, writeVerbs, "bastions"),
		rule(rbacv1.GroupName, writeVerbs, "roles", "rolebindings"),
		rule(gardencorev1beta1.GroupName, []string{"create"}, access.AdminKubeconfig, access.ViewerKubeconfig),
		rule(access.GroupVersion.Group, []string{"create"}, access.AdminKubeconfig, access.ViewerKubeconfig),
		rule(gardencorev1beta1.GroupName, []string{"update"}, "shoots/finalizers"),
		rule(gardencorev1beta1.GroupName, []string{"get", "list", "watch", "create", "patch", "update", "delete"}, "namespacedcloudprofiles"),
	}
}

func viewerRules() []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{
		rule(corev1.GroupName, readVerbs, "events", "configmaps", "resourcequotas", "serviceaccounts"),
		rule(eventsv1.GroupName, readVerbs, "events"),
		rule(gardencorev1beta1.GroupName, readVerbs, "shoots", "secretbindings", "quotas", "namespacedcloudprofiles"),
		rule(securityv1alpha1.GroupName, readVerbs, "credentialsbindings"),
		rule(operationsv1alpha1.GroupName, readVerbs, "bastions"),
		rule(rbacv1.GroupName, readVerbs, "roles", "rolebindings"),
		rule(gardencorev1beta1.GroupName, []string{"create"}, access.ViewerKubeconfig),
		rule(access.GroupVersion.Group, []string{"create"}, access.ViewerKubeconfig),
	}
}

func serviceAccountManagerRules() []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{
		rule(corev1.GroupName, writeVerbs, "serviceaccounts"),
		rule(corev1.GroupName, []string{"create"}, "serviceaccounts/token"),
	}
}

// globalResourcesRole lets everybody who may log in read what Shoots choose from.
func globalResourcesRole() *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: globalResourcesRoleName, Labels: map[string]string{LabelManagedBy: ManagedBy}},
		Rules:      []rbacv1.PolicyRule{rule(gardencorev1beta1.GroupName, readVerbs, "cloudprofiles", "exposureclasses", "seeds")},
	}
}

func globalResourcesBinding() *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: globalResourcesRoleName, Labels: map[string]string{LabelManagedBy: ManagedBy}},
		RoleRef:    clusterRole(globalResourcesRoleName),
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: user.AllAuthenticated}},
	}
}

func rule(group string, verbs []string, resources ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: verbs}
}

func clusterRole(name string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name}
}
