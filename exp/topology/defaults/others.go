// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package defaults

import (
	"slices"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

// Seed fills in a Seed, and labels it with its provider and region so that selectors find it.
func Seed(seed *gardencorev1beta1.Seed) {
	gardencorev1beta1.SetObjectDefaults_Seed(seed)
	metav1.SetMetaDataLabel(&seed.ObjectMeta, v1beta1constants.LabelSeedProvider, seed.Spec.Provider.Type)
	metav1.SetMetaDataLabel(&seed.ObjectMeta, v1beta1constants.LabelSeedRegion, seed.Spec.Provider.Region)
}

// SecretBinding fills in a SecretBinding: what it refers to is in its namespace unless it says otherwise.
func SecretBinding(binding *gardencorev1beta1.SecretBinding) {
	gardencorev1beta1.SetObjectDefaults_SecretBinding(binding)
}

// CredentialsBinding fills in a CredentialsBinding as SecretBinding does.
func CredentialsBinding(binding *securityv1alpha1.CredentialsBinding) {
	securityv1alpha1.SetObjectDefaults_CredentialsBinding(binding)
}

// Project fills in a Project. Who creates it is noted, and owns it unless it names an owner itself or a member with that role.
// The owner is a member and an administrator, and the only one with the role of the owner. before is the Project before the
// update, or nil.
func Project(project, before *gardencorev1beta1.Project, user string) {
	gardencorev1beta1.SetObjectDefaults_Project(project)
	if project.DeletionTimestamp != nil {
		return
	}
	if before == nil {
		project.Spec.CreatedBy = &rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}
		if project.Spec.Owner == nil {
			project.Spec.Owner = firstOwner(project)
		}
	}
	if project.Spec.Owner == nil {
		return
	}
	owner := *project.Spec.Owner
	if !slices.ContainsFunc(project.Spec.Members, func(member gardencorev1beta1.ProjectMember) bool { return member.Subject == owner }) {
		member := gardencorev1beta1.ProjectMember{Subject: owner}
		setRoles(&member, []string{gardencorev1beta1.ProjectMemberAdmin, gardencorev1beta1.ProjectMemberOwner})
		project.Spec.Members = append(project.Spec.Members, member)
	}
	for i := range project.Spec.Members {
		member := &project.Spec.Members[i]
		roles := validation.Roles(*member)
		isOwner := member.Name == owner.Name && member.APIGroup == owner.APIGroup && member.Kind == owner.Kind
		switch hasRole := slices.Contains(roles, gardencorev1beta1.ProjectMemberOwner); {
		case isOwner && !hasRole:
			roles = append(roles, gardencorev1beta1.ProjectMemberOwner)
		case !isOwner && hasRole:
			roles = slices.DeleteFunc(roles, func(role string) bool { return role == gardencorev1beta1.ProjectMemberOwner })
		}
		setRoles(member, roles)
	}
}

// firstOwner returns the first member with the role of the owner, and else who created the Project.
func firstOwner(project *gardencorev1beta1.Project) *rbacv1.Subject {
	for _, member := range project.Spec.Members {
		if slices.Contains(validation.Roles(member), gardencorev1beta1.ProjectMemberOwner) {
			return member.Subject.DeepCopy()
		}
	}
	return project.Spec.CreatedBy.DeepCopy()
}

// setRoles writes the first role to the field of old, and the others to that of today. Nobody is a member without a role.
func setRoles(member *gardencorev1beta1.ProjectMember, roles []string) {
	member.Role, member.Roles = gardencorev1beta1.ProjectMemberViewer, nil
	if len(roles) > 0 {
		member.Role = roles[0]
	}
	if len(roles) > 1 {
		member.Roles = roles[1:]
	}
}
