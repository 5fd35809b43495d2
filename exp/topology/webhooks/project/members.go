// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	authenticationv1 "k8s.io/api/authentication/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/utils/ptr"
)

// serviceAccountPrefix begins the user names of service accounts.
const serviceAccountPrefix = "system:serviceaccount:"

// whitelistChanged reports whether a Project allows other tolerations than before.
func whitelistChanged(now, before *gardencorev1beta1.Project) bool {
	return !apiequality.Semantic.DeepEqual(
		ptr.Deref(now.Spec.Tolerations, gardencorev1beta1.ProjectTolerations{}).Whitelist,
		ptr.Deref(before.Spec.Tolerations, gardencorev1beta1.ProjectTolerations{}).Whitelist)
}

// membership is one role of one person or group.
type membership struct{ subject, role string }

// membersChanged reports whether people or groups came, went or got other roles. Service accounts are for everybody to add
// who may change the Project. The owner may do all of it, and becomes a member by being the owner.
func membersChanged(now, before *gardencorev1beta1.Project, user authenticationv1.UserInfo) bool {
	if isOwner(user, now.Spec.Owner) {
		return false
	}
	was, is := memberships(before, now.Spec.Owner), memberships(now, now.Spec.Owner)
	return !was.Equal(is)
}

func memberships(project *gardencorev1beta1.Project, owner *rbacv1.Subject) sets.Set[membership] {
	out := sets.New[membership]()
	for _, member := range project.Spec.Members {
		if isServiceAccount(member.Subject) || owner != nil && key(member.Subject) == key(*owner) {
			continue
		}
		out.Insert(membership{key(member.Subject), member.Role})
		for _, role := range member.Roles {
			out.Insert(membership{key(member.Subject), role})
		}
	}
	return out
}

// ownerChanged reports whether the owner is another one, and somebody else than the owner says so.
func ownerChanged(now, before *gardencorev1beta1.Project, user authenticationv1.UserInfo) bool {
	return before.Spec.Owner != nil && !isOwner(user, before.Spec.Owner) && !apiequality.Semantic.DeepEqual(now.Spec.Owner, before.Spec.Owner)
}

// isOwner reports whether a user is a subject, or in the group that is.
func isOwner(user authenticationv1.UserInfo, owner *rbacv1.Subject) bool {
	switch {
	case owner == nil:
		return false
	case owner.Kind == rbacv1.ServiceAccountKind:
		return user.Username == serviceAccountPrefix+owner.Namespace+":"+owner.Name
	case owner.Kind == rbacv1.GroupKind:
		return sets.New(user.Groups...).Has(owner.Name)
	}
	return user.Username == owner.Name
}

// isServiceAccount reports whether a subject is a service account, in either way to write that.
func isServiceAccount(subject rbacv1.Subject) bool {
	return subject.Kind == rbacv1.ServiceAccountKind || subject.Kind == rbacv1.UserKind && strings.HasPrefix(subject.Name, serviceAccountPrefix)
}

func key(subject rbacv1.Subject) string {
	return subject.Kind + "/" + subject.Namespace + "/" + subject.Name
}
