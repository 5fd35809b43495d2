// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/validation"
)

type projectSpec = gardencorev1beta1.ProjectSpec

func user(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}
}

func group(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: name}
}

func account(name string) rbacv1.Subject {
	return rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: "garden-dev", Name: name}
}

func member(subject rbacv1.Subject, role string, roles ...string) gardencorev1beta1.ProjectMember {
	return gardencorev1beta1.ProjectMember{Subject: subject, Role: role, Roles: roles}
}

// project is one that obeys all rules.
func project() *gardencorev1beta1.Project {
	return &gardencorev1beta1.Project{
		ObjectMeta: metav1.ObjectMeta{Name: "dev"},
		Spec: projectSpec{
			CreatedBy: new(user("jane")), Owner: new(user("jane")), Namespace: new("garden-dev"), Description: new("All there is."), Purpose: new("development"),
			Members: []gardencorev1beta1.ProjectMember{member(user("jane"), "admin", "owner"), member(user("joe"), "viewer"), member(account("robot"), "admin")},
		},
	}
}

func ofProject(change func(*projectSpec)) func(*gardencorev1beta1.Project) {
	return func(project *gardencorev1beta1.Project) { change(&project.Spec) }
}

func withMembers(members ...gardencorev1beta1.ProjectMember) func(*gardencorev1beta1.Project) {
	return ofProject(func(spec *projectSpec) { spec.Members = members })
}

func TestProject(t *testing.T) {
	first := "spec.members[0]"
	namespace := func(name string) func(*gardencorev1beta1.Project) {
		return ofProject(func(spec *projectSpec) { spec.Namespace = &name })
	}
	tolerations := func(tolerations gardencorev1beta1.ProjectTolerations) func(*gardencorev1beta1.Project) {
		return ofProject(func(spec *projectSpec) { spec.Tolerations = &tolerations })
	}
	dual := func(configs ...gardencorev1beta1.DualApprovalForDeletion) func(*gardencorev1beta1.Project) {
		return ofProject(func(spec *projectSpec) { spec.DualApprovalForDeletion = configs })
	}
	runOn(t, map[string]change[*gardencorev1beta1.Project]{
		"§21 valid: a project":                             {func(*gardencorev1beta1.Project) {}, nil},
		"§21 name: as long as can be":                      {func(project *gardencorev1beta1.Project) { project.Name = "ten-letter" }, nil},
		"§21 name: longer":                                 {func(project *gardencorev1beta1.Project) { project.Name = "elevenchars" }, []string{"metadata.name: TooLong"}},
		"§21 name: two hyphens in a row":                   {func(project *gardencorev1beta1.Project) { project.Name = "a--b" }, []string{"metadata.name: Invalid"}},
		"§21 namespace: that of the garden":                {namespace("garden"), nil},
		"§21 namespace: without prefix":                    {namespace("dev"), []string{"spec.namespace: Invalid"}},
		"§21 namespace: no name":                           {namespace("garden-A"), []string{"spec.namespace: Invalid"}},
		"§21 namespace: of Gardener":                       {namespace("gardener-system-seed-lease"), []string{"spec.namespace: Invalid"}},
		"§21 description: letters of all people":           {ofProject(func(spec *projectSpec) { spec.Description = new("Größe: 5, 数字 / a_b-c\\d.") }), nil},
		"§21 description: empty":                           {ofProject(func(spec *projectSpec) { spec.Description = new("") }), []string{"spec.description: Required"}},
		"§21 description: markup":                          {ofProject(func(spec *projectSpec) { spec.Description = new("<b>") }), []string{"spec.description: Forbidden"}},
		"§21 purpose: empty":                               {ofProject(func(spec *projectSpec) { spec.Purpose = new("") }), []string{"spec.purpose: Required"}},
		"§21 purpose: markup":                              {ofProject(func(spec *projectSpec) { spec.Purpose = new("a&b") }), []string{"spec.purpose: Forbidden"}},
		"§21 members: all roles":                           {withMembers(member(user("jane"), "owner", "admin", "viewer", "uam", "serviceaccountmanager", "extension:foo")), nil},
		"§21 members: an unknown role":                     {withMembers(member(user("jane"), "king")), []string{first + ".roles[0]: NotSupported"}},
		"§21 members: one role twice":                      {withMembers(member(user("jane"), "admin", "viewer", "viewer")), []string{first + ".roles[2]: Duplicate"}},
		"§21 members: a long role":                         {withMembers(member(user("jane"), "extension:"+strings.Repeat("a", 21))), []string{first + ".roles[0]: TooLong"}},
		"§21 members: a role that is a path":               {withMembers(member(user("jane"), "extension:a/b")), []string{first + ".roles[0]: Invalid"}},
		"§21 members: two owners":                          {withMembers(member(user("jane"), "owner"), member(user("joe"), "admin", "owner")), []string{"spec.members[1].roles[1]: Forbidden"}},
		"§21 members: one twice":                           {withMembers(member(user("jane"), "admin"), member(user("jane"), "viewer")), []string{"spec.members[1]: Duplicate"}},
		"§21 members: a service account by both names":     {withMembers(member(account("robot"), "admin"), member(user("system:serviceaccount:garden-dev:robot"), "viewer")), []string{"spec.members[1]: Duplicate"}},
		"§21 members: a user like a service account":       {withMembers(member(user("system:serviceaccount:robot"), "admin")), []string{first + ".name: Invalid"}},
		"§21 members: nobody":                              {withMembers(member(user(""), "admin")), []string{first + ".name: Required"}},
		"§21 members: a user in a namespace":               {withMembers(member(rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "User", Namespace: "a", Name: "jane"}, "admin")), []string{first + ".namespace: Forbidden"}},
		"§21 members: a group of another API":              {withMembers(member(rbacv1.Subject{APIGroup: "apps", Kind: "Group", Name: "a"}, "admin")), []string{first + ".apiGroup: NotSupported"}},
		"§21 members: a service account without namespace": {withMembers(member(rbacv1.Subject{Kind: "ServiceAccount", Name: "a"}, "admin")), []string{first + ".namespace: Required"}},
		"§21 members: a service account with what none has": {withMembers(member(rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "ServiceAccount", Namespace: "A", Name: "A"}, "admin")),
			[]string{first + ".name: Invalid", first + ".apiGroup: NotSupported", first + ".namespace: Invalid"}},
		"§21 members: of another kind":          {withMembers(member(rbacv1.Subject{Kind: "Pod", Name: "a"}, "admin")), []string{first + ".kind: NotSupported"}},
		"§21 owner: nobody":                     {ofProject(func(spec *projectSpec) { spec.Owner = new(user("")) }), []string{"spec.owner.name: Required"}},
		"§21 createdBy: nobody":                 {ofProject(func(spec *projectSpec) { spec.CreatedBy = new(user("")) }), []string{"spec.createdBy.name: Required"}},
		"§21 tolerations: that may be used":     {tolerations(gardencorev1beta1.ProjectTolerations{Defaults: []gardencorev1beta1.Toleration{{Key: "a", Value: new("b")}}, Whitelist: []gardencorev1beta1.Toleration{{Key: "a"}}}), nil},
		"§21 tolerations: that may not be used": {tolerations(gardencorev1beta1.ProjectTolerations{Defaults: []gardencorev1beta1.Toleration{{Key: "a"}}}), []string{"spec.tolerations.defaults[0]: Forbidden"}},
		"§21 tolerations: without key":          {tolerations(gardencorev1beta1.ProjectTolerations{Whitelist: []gardencorev1beta1.Toleration{{}}}), []string{"spec.tolerations.whitelist[0].key: Required"}},
		"§21 dual approval: of Shoots":          {dual(gardencorev1beta1.DualApprovalForDeletion{Resource: "shoots"}), nil},
		"§21 dual approval: of others, of nothing, twice": {dual(gardencorev1beta1.DualApprovalForDeletion{Resource: "pods"}, gardencorev1beta1.DualApprovalForDeletion{}, gardencorev1beta1.DualApprovalForDeletion{Resource: "pods"}),
			[]string{"spec.dualApprovalForDeletion[0].resource: NotSupported", "spec.dualApprovalForDeletion[1].resource: Required", "spec.dualApprovalForDeletion[2].resource: NotSupported", "spec.dualApprovalForDeletion[2].resource: Duplicate"}},
		"§21 dual approval: of labels that none can be": {dual(gardencorev1beta1.DualApprovalForDeletion{Resource: "shoots", Selector: metav1.LabelSelector{MatchLabels: map[string]string{"a b": "c"}}}), []string{"spec.dualApprovalForDeletion[0].selector.matchLabels: Invalid"}},
	}, project, validation.Project)
}

func TestProjectUpdate(t *testing.T) {
	runTransitions(t, map[string]transition[*gardencorev1beta1.Project]{
		"§21 I: createdBy":                         {nil, ofProject(func(spec *projectSpec) { spec.CreatedBy = new(user("joe")) }), []string{"spec.createdBy: Invalid"}},
		"§21 I: namespace once set":                {nil, ofProject(func(spec *projectSpec) { spec.Namespace = new("garden-other") }), []string{"spec.namespace: Invalid"}},
		"§21 I: namespace is set":                  {ofProject(func(spec *projectSpec) { spec.Namespace = nil }), ofProject(func(spec *projectSpec) { spec.Namespace = new("garden-dev") }), nil},
		"§21 owner: changes":                       {nil, ofProject(func(spec *projectSpec) { spec.Owner = new(user("joe")) }), nil},
		"§21 owner: cannot go":                     {nil, ofProject(func(spec *projectSpec) { spec.Owner = nil }), []string{"spec.owner: Invalid"}},
		"§21 ratchet: an old description may stay": {ofProject(func(spec *projectSpec) { spec.Description = new("<b>") }), ofProject(func(spec *projectSpec) { spec.Purpose = new("more") }), nil},
	}, project, validation.ProjectUpdate)
}

func TestProjectVerbs(t *testing.T) {
	whitelist := ofProject(func(spec *projectSpec) {
		spec.Tolerations = &gardencorev1beta1.ProjectTolerations{Whitelist: []gardencorev1beta1.Toleration{{Key: "a"}}}
	})
	add := func(members ...gardencorev1beta1.ProjectMember) func(*gardencorev1beta1.Project) {
		return ofProject(func(spec *projectSpec) { spec.Members = append(spec.Members, members...) })
	}
	owned := func(owner rbacv1.Subject) func(*gardencorev1beta1.Project) {
		return ofProject(func(spec *projectSpec) { spec.Owner = &owner })
	}
	nothing := func(*gardencorev1beta1.Project) {}
	for name, row := range map[string]struct {
		before, change func(*gardencorev1beta1.Project)
		user           string
		groups         []string
		want           []string
	}{
		"§21 manage-members: nothing changes":                       {nothing, nothing, "joe", nil, nil},
		"§21 manage-members: a person by another":                   {nothing, add(member(user("jim"), "viewer")), "joe", nil, []string{"manage-members"}},
		"§21 manage-members: a person by the owner":                 {nothing, add(member(user("jim"), "viewer")), "jane", nil, nil},
		"§21 manage-members: a group":                               {nothing, add(member(group("all"), "viewer")), "joe", nil, []string{"manage-members"}},
		"§21 manage-members: a group of service accounts":           {nothing, add(member(group("system:serviceaccounts:garden-dev"), "viewer")), "joe", nil, []string{"manage-members"}},
		"§21 manage-members: a service account":                     {nothing, add(member(account("other"), "admin")), "joe", nil, nil},
		"§21 manage-members: a service account as a user":           {nothing, add(member(user("system:serviceaccount:garden-dev:other"), "admin")), "joe", nil, nil},
		"§21 manage-members: another role":                          {nothing, withMembers(member(user("jane"), "admin", "owner"), member(user("joe"), "admin")), "joe", nil, []string{"manage-members"}},
		"§21 manage-members: nobody any more":                       {nothing, withMembers(member(user("jane"), "admin", "owner")), "joe", nil, []string{"manage-members"}},
		"§21 manage-members: the order does not matter":             {nothing, withMembers(member(user("joe"), "viewer"), member(user("jane"), "admin", "owner"), member(account("robot"), "admin")), "joe", nil, nil},
		"§21 manage-members: the owner becomes a member":            {withMembers(), withMembers(member(user("jane"), "admin", "owner")), "joe", nil, nil},
		"§21 manage-members: by an owner that is a group":           {owned(group("all")), add(member(user("jim"), "viewer")), "joe", []string{"all"}, nil},
		"§21 manage-members: by an owner that is a service account": {owned(account("robot")), add(member(user("jim"), "viewer")), "system:serviceaccount:garden-dev:robot", nil, nil},
		"§21 manage-members: the owner by another":                  {nothing, owned(user("joe")), "joe", nil, []string{"manage-members"}},
		"§21 manage-members: the owner by the owner":                {nothing, owned(user("joe")), "jane", nil, nil},
		"§21 manage-members: the owner where there is none":         {ofProject(func(spec *projectSpec) { spec.Owner = nil }), owned(user("joe")), "joe", nil, nil},
		"§21 whitelist: by anybody":                                 {nothing, whitelist, "jane", nil, []string{"modify-spec-tolerations-whitelist"}},
		"§21 whitelist: stays":                                      {whitelist, func(project *gardencorev1beta1.Project) { whitelist(project); project.Spec.Description = nil }, "jane", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := project(), project()
			row.before(before)
			row.before(after)
			row.change(after)
			NewWithT(t).Expect(validation.ProjectVerbs(after, before, row.user, row.groups)).To(Equal(row.want))
		})
	}
	t.Run("§21 manage-members: who creates a project owns it", func(t *testing.T) {
		NewWithT(t).Expect(validation.ProjectVerbs(project(), nil, "jane", nil)).To(BeEmpty())
	})
	t.Run("§3 verbs: of a NamespacedCloudProfile", func(t *testing.T) {
		g := NewWithT(t)
		after := namespaced()
		g.Expect(validation.NamespacedCloudProfileVerbs(after, nil)).To(BeEmpty())
		extends(expiring{Version: "1.36.0"})(after)
		imagesOf(named("a"))(after)
		g.Expect(validation.NamespacedCloudProfileVerbs(after, nil)).To(Equal([]string{"modify-spec-kubernetes", "modify-spec-machineimages"}))
		g.Expect(validation.NamespacedCloudProfileVerbs(after, after)).To(BeEmpty())
	})
}
