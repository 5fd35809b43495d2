// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/sets"
)

// Verbs that a user has to be allowed beside update, because of what an update changes.
const (
	VerbManageMembers      = "manage-members"
	VerbModifyWhitelist    = "modify-spec-tolerations-whitelist"
	VerbModifyKubernetes   = "modify-spec-kubernetes"
	VerbModifyImages       = "modify-spec-machineimages"
	VerbModifyProviderConf = "modify-spec-providerconfig"
)

// ProjectVerbs returns the verbs that a user needs for what he changes of a Project, section 21: changing which tolerations may
// be used, who else is a member with which role, and who owns it. Service accounts as members need no more than update, and the
// owner manages members anyway. before is nil for a new Project.
func ProjectVerbs(now, before *gardencorev1beta1.Project, user string, groups []string) []string {
	last := gardencorev1beta1.ProjectSpec{}
	if before != nil {
		last = before.Spec
	}
	var out []string
	if !equal(deref(now.Spec.Tolerations).Whitelist, deref(last.Tolerations).Whitelist) {
		out = append(out, VerbModifyWhitelist)
	}
	newMembers := !isSubject(now.Spec.Owner, user, groups) && !people(now.Spec.Members, now.Spec.Owner).Equal(people(last.Members, now.Spec.Owner))
	newOwner := last.Owner != nil && !isSubject(last.Owner, user, groups) && !equal(now.Spec.Owner, last.Owner)
	if newMembers || newOwner {
		out = append(out, VerbManageMembers)
	}
	return out
}

// NamespacedCloudProfileVerbs returns the verbs that a user needs for what he changes of a NamespacedCloudProfile. before is nil
// for a new one.
func NamespacedCloudProfileVerbs(now, before *gardencorev1beta1.NamespacedCloudProfile) []string {
	last := gardencorev1beta1.NamespacedCloudProfileSpec{}
	if before != nil {
		last = before.Spec
	}
	var out []string
	for _, part := range []struct {
		verb      string
		unchanged bool
	}{
		{VerbModifyKubernetes, equal(now.Spec.Kubernetes, last.Kubernetes)},
		{VerbModifyImages, equal(now.Spec.MachineImages, last.MachineImages)},
		{VerbModifyProviderConf, equal(now.Spec.ProviderConfig, last.ProviderConfig)},
	} {
		if !part.unchanged {
			out = append(out, part.verb)
		}
	}
	return out
}

// membership is a role of somebody.
type membership struct{ who, role string }

// people returns the roles of members that are no service accounts and not the owner.
func people(members []gardencorev1beta1.ProjectMember, owner *rbacv1.Subject) sets.Set[membership] {
	out := sets.New[membership]()
	for _, member := range members {
		if isServiceAccount(member.Subject) || owner != nil && !isServiceAccount(*owner) && member.Kind == owner.Kind && member.Name == owner.Name {
			continue
		}
		roles := Roles(member)
		if len(roles) == 0 {
			roles = []string{""}
		}
		for _, role := range roles {
			out.Insert(membership{member.Kind + "/" + member.Name, role})
		}
	}
	return out
}

// isServiceAccount says whether somebody is a service account, by either name. Groups of service accounts are none: who adds one
// adds people's accounts as well.
func isServiceAccount(subject rbacv1.Subject) bool {
	return subject.APIGroup == "" && subject.Kind == rbacv1.ServiceAccountKind ||
		subject.APIGroup == rbacv1.GroupName && subject.Kind == rbacv1.UserKind && strings.HasPrefix(subject.Name, serviceAccountPrefix)
}

// isSubject says whether a user is somebody. Where nobody owns a project, who creates it becomes the owner.
func isSubject(subject *rbacv1.Subject, user string, groups []string) bool {
	switch {
	case subject == nil:
		return true
	case subject.Kind == rbacv1.ServiceAccountKind:
		return user == serviceAccountPrefix+subject.Namespace+":"+subject.Name
	case subject.Kind == rbacv1.UserKind:
		return user == subject.Name
	default:
		return subject.Kind == rbacv1.GroupKind && slices.Contains(groups, subject.Name)
	}
}
