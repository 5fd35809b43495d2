// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	ownerPrefix     = "gardener.cloud:system:project:"
	memberPrefix    = "gardener.cloud:system:project-member:"
	uamPrefix       = "gardener.cloud:system:project-uam:"
	viewerPrefix    = "gardener.cloud:system:project-viewer:"
	extensionPrefix = "gardener.cloud:extension:project:"
	// aggregateToExtensionLabel names the extension role that a ClusterRole belongs to.
	aggregateToExtensionLabel = "rbac.gardener.cloud/aggregate-to-extension-role"
)

// permissions are the roles and bindings of one Project. Whoever holds several roles is in the bindings of each.
func permissions(project *gardencorev1beta1.Project, namespace string) []client.Object {
	admins := subjects(project, gardencorev1beta1.ProjectMemberAdmin, gardencorev1beta1.ProjectMemberOwner)
	uams := subjects(project, gardencorev1beta1.ProjectMemberUserAccessManager)
	viewers := subjects(project, gardencorev1beta1.ProjectMemberViewer)
	serviceAccountManagers := subjects(project, gardencorev1beta1.ProjectMemberServiceAccountManager, gardencorev1beta1.ProjectMemberOwner)
	var owners []rbacv1.Subject
	if owner := project.Spec.Owner; owner != nil {
		owners = []rbacv1.Subject{*owner}
		if !slices.Contains(serviceAccountManagers, *owner) {
			serviceAccountManagers = append(owners, serviceAccountManagers...)
		}
	}
	objects := slices.Concat(
		clusterWide(project, ownerPrefix, owners, seeNamespace(namespace), onProject(project, "get", "patch", "manage-members", "update", "delete")),
		clusterWide(project, memberPrefix, admins, seeNamespace(namespace), onProject(project, "get", "patch", "update", "delete")),
		clusterWide(project, uamPrefix, uams, onProject(project, "get", "manage-members", "patch", "update")),
		clusterWide(project, viewerPrefix, viewers, seeNamespace(namespace), onProject(project, "get")),
	)
	objects = append(objects,
		inNamespace(project, namespace, memberRoleName, admins),
		inNamespace(project, namespace, viewerRoleName, viewers),
		inNamespace(project, namespace, serviceAccountManagerRoleName, serviceAccountManagers),
	)
	for _, role := range extensionRoles(project) {
		name := extensionPrefix + project.Name + ":" + role
		objects = append(objects,
			extensionRole(project, name, role),
			inNamespace(project, namespace, name, subjects(project, gardencorev1beta1.ProjectMemberExtensionPrefix+role)))
	}
	return objects
}

// clusterWide is a role of one Project for what is not in its namespace, and its binding.
func clusterWide(project *gardencorev1beta1.Project, prefix string, members []rbacv1.Subject, rules ...rbacv1.PolicyRule) []client.Object {
	name := prefix + project.Name
	return []client.Object{
		&rbacv1.ClusterRole{ObjectMeta: metadata(project, name), Rules: rules},
		&rbacv1.ClusterRoleBinding{ObjectMeta: metadata(project, name), RoleRef: clusterRole(name), Subjects: members},
	}
}

// inNamespace binds members to the ClusterRole of the same name in the namespace of the Project.
func inNamespace(project *gardencorev1beta1.Project, namespace, name string, members []rbacv1.Subject) *rbacv1.RoleBinding {
	binding := &rbacv1.RoleBinding{ObjectMeta: metadata(project, name), RoleRef: clusterRole(name), Subjects: members}
	binding.Namespace = namespace
	return binding
}

func extensionRole(project *gardencorev1beta1.Project, name, role string) *rbacv1.ClusterRole {
	object := &rbacv1.ClusterRole{ObjectMeta: metadata(project, name)}
	object.Labels[v1beta1constants.GardenRole] = v1beta1constants.LabelExtensionProjectRole
	object.AggregationRule = &rbacv1.AggregationRule{
		ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{aggregateToExtensionLabel: role}}},
	}
	return object
}

// metadata lets what belongs to a Project be found, and go with it.
func metadata(project *gardencorev1beta1.Project, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name:            name,
		Labels:          map[string]string{LabelManagedBy: ManagedBy, v1beta1constants.ProjectName: project.Name},
		OwnerReferences: []metav1.OwnerReference{ownerReference(project)},
	}
}

func ownerReference(project *gardencorev1beta1.Project) metav1.OwnerReference {
	owner := metav1.NewControllerRef(project, gardencorev1beta1.SchemeGroupVersion.WithKind("Project"))
	owner.BlockOwnerDeletion = new(false)
	return *owner
}

func seeNamespace(name string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{corev1.GroupName}, Resources: []string{"namespaces"}, ResourceNames: []string{name}, Verbs: []string{"get"}}
}

func onProject(project *gardencorev1beta1.Project, verbs ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{
		APIGroups: []string{gardencorev1beta1.GroupName}, Resources: []string{"projects"}, ResourceNames: []string{project.Name}, Verbs: verbs,
	}
}

// subjects are the members that hold one of the roles, each once.
func subjects(project *gardencorev1beta1.Project, roles ...string) []rbacv1.Subject {
	var out []rbacv1.Subject
	for _, member := range project.Spec.Members {
		holds := slices.ContainsFunc(rolesOf(member), func(role string) bool { return slices.Contains(roles, role) })
		if holds && !slices.Contains(out, member.Subject) {
			out = append(out, member.Subject)
		}
	}
	return out
}

// extensionRoles are the names after the prefix extension:, each once, in order.
func extensionRoles(project *gardencorev1beta1.Project) []string {
	var out []string
	for _, member := range project.Spec.Members {
		for _, role := range rolesOf(member) {
			if name, found := strings.CutPrefix(role, gardencorev1beta1.ProjectMemberExtensionPrefix); found {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rolesOf returns all roles of a member: the field role is the first of them.
func rolesOf(member gardencorev1beta1.ProjectMember) []string {
	if member.Role == "" {
		return member.Roles
	}
	return append([]string{member.Role}, member.Roles...)
}
