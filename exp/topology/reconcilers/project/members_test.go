// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"
)

func projectOf(t *testing.T, spec string) *gardencorev1beta1.Project {
	t.Helper()
	project := &gardencorev1beta1.Project{}
	project.Name, project.UID = "dev", "u"
	if err := yaml.UnmarshalStrict([]byte(spec), &project.Spec); err != nil {
		t.Fatal(err)
	}
	return project
}

// TestMembersAreBoundToWhatTheirRolesSay has the bindings of section 21 of the behaviour followed here.
func TestMembersAreBoundToWhatTheirRolesSay(t *testing.T) {
	const owner, admin, uam, viewer = "ClusterRoleBinding gardener.cloud:system:project:dev", "ClusterRoleBinding gardener.cloud:system:project-member:dev",
		"ClusterRoleBinding gardener.cloud:system:project-uam:dev", "ClusterRoleBinding gardener.cloud:system:project-viewer:dev"
	const memberInside, viewerInside, managerInside = "RoleBinding gardener.cloud:system:project-member",
		"RoleBinding gardener.cloud:system:project-viewer", "RoleBinding gardener.cloud:system:project-serviceaccountmanager"
	cases := map[string]struct {
		spec string
		want []string
	}{
		"the owner, who is a member with both roles": {
			spec: `{owner: {kind: User, name: x}, members: [{kind: User, name: x, role: admin, roles: [owner]}]}`,
			want: []string{owner, admin, memberInside, managerInside},
		},
		"the owner, who is not a member yet": {spec: `{owner: {kind: User, name: x}}`, want: []string{owner, managerInside}},
		"an admin":                           {spec: `{members: [{kind: User, name: x, role: admin}]}`, want: []string{admin, memberInside}},
		"an admin named in roles alone":      {spec: `{members: [{kind: User, name: x, roles: [admin]}]}`, want: []string{admin, memberInside}},
		"a viewer":                           {spec: `{members: [{kind: User, name: x, role: viewer}]}`, want: []string{viewer, viewerInside}},
		"who manages access":                 {spec: `{members: [{kind: User, name: x, role: uam}]}`, want: []string{uam}},
		"who manages service accounts":       {spec: `{members: [{kind: User, name: x, role: serviceaccountmanager}]}`, want: []string{managerInside}},
		"who has two roles":                  {spec: `{members: [{kind: User, name: x, role: viewer, roles: [uam]}]}`, want: []string{uam, viewer, viewerInside}},
		"who has a role of an extension": {
			spec: `{members: [{kind: User, name: x, role: "extension:a"}]}`, want: []string{"RoleBinding gardener.cloud:extension:project:dev:a"},
		},
		"nobody": {spec: `{}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var got []string
			for _, object := range permissions(projectOf(t, c.spec), "garden-dev") {
				switch binding := object.(type) {
				case *rbacv1.ClusterRoleBinding:
					g.Expect(binding.RoleRef.Name).To(Equal(binding.Name))
					got = append(got, bound("ClusterRoleBinding", binding.Name, binding.Subjects)...)
				case *rbacv1.RoleBinding:
					g.Expect(binding.RoleRef.Name).To(Equal(binding.Name))
					g.Expect(binding.Namespace).To(Equal("garden-dev"))
					got = append(got, bound("RoleBinding", binding.Name, binding.Subjects)...)
				}
			}
			g.Expect(got).To(ConsistOf(c.want))
		})
	}
}

// bound names a binding once for each of its subjects.
func bound(kind, name string, subjects []rbacv1.Subject) []string {
	return slices.Repeat([]string{kind + " " + name}, len(subjects))
}

func TestRolesOfAProject(t *testing.T) {
	g := NewWithT(t)
	var got []string
	for _, object := range permissions(projectOf(t, `{members: [{kind: User, name: x, role: "extension:a"}]}`), "garden-dev") {
		if role, ok := object.(*rbacv1.ClusterRole); ok {
			var rules []string
			for _, rule := range role.Rules {
				rules = append(rules, fmt.Sprintf("%s/%s %s", rule.Resources[0], rule.ResourceNames[0], strings.Join(rule.Verbs, ",")))
			}
			got = append(got, role.Name+": "+strings.Join(rules, "; "))
			g.Expect(role.OwnerReferences).To(HaveLen(1))
		}
	}
	g.Expect(got).To(ConsistOf(
		"gardener.cloud:system:project:dev: namespaces/garden-dev get; projects/dev get,patch,manage-members,update,delete",
		"gardener.cloud:system:project-member:dev: namespaces/garden-dev get; projects/dev get,patch,update,delete",
		"gardener.cloud:system:project-uam:dev: projects/dev get,manage-members,patch,update",
		"gardener.cloud:system:project-viewer:dev: namespaces/garden-dev get; projects/dev get",
		"gardener.cloud:extension:project:dev:a: ", // Aggregated.
	))
}
