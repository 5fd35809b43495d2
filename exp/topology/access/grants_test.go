// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"testing"

	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
)

// reads reports whether viewers may read something.
func reads(encrypted []string, group, resource string) bool {
	for _, object := range Grants(encrypted) {
		role, ok := object.(*rbacv1.ClusterRole)
		if !ok {
			continue
		}
		for _, rule := range role.Rules {
			for _, r := range rule.Resources {
				if rule.APIGroups[0] == group && r == resource {
					return true
				}
			}
		}
	}
	return false
}

func TestWhatViewersRead(t *testing.T) {
	cases := map[string]struct {
		encrypted       []string
		group, resource string
		want            bool
	}{
		"pods":                               {nil, "", "pods", true},
		"not Secrets":                        {nil, "", "secrets", false},
		"ConfigMaps":                         {nil, "", "configmaps", true},
		"not ConfigMaps that are encrypted":  {[]string{"configmaps"}, "", "configmaps", false},
		"Deployments beside what is":         {[]string{"configmaps"}, "apps", "deployments", true},
		"not Deployments that are encrypted": {[]string{"deployments.apps"}, "apps", "deployments", false},
		"StatefulSets beside them":           {[]string{"deployments.apps"}, "apps", "statefulsets", true},
		"nothing of a group that is":         {[]string{"*.apps"}, "apps", "statefulsets", false},
		"no logs of pods that are":           {[]string{"pods"}, "", "pods/log", false},
		"nothing where everything is":        {[]string{"*.*"}, "", "nodes", false},
		"events of one group, not the other": {[]string{"events.events.k8s.io"}, "", "events", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			NewWithT(t).Expect(reads(c.encrypted, c.group, c.resource)).To(Equal(c.want))
		})
	}
}

func TestGroupsAreBound(t *testing.T) {
	g := NewWithT(t)
	bound := map[string]string{}
	for _, object := range Grants(nil) {
		switch o := object.(type) {
		case *rbacv1.ClusterRoleBinding:
			bound[o.Subjects[0].Name] = o.RoleRef.Name
		case *rbacv1.ClusterRole:
			for _, rule := range o.Rules {
				g.Expect(rule.Verbs).To(Equal([]string{"get", "list", "watch"}), "viewers change nothing")
			}
		}
	}
	for _, role := range Roles() {
		want := map[string]string{"adminkubeconfig": "cluster-admin", "viewerkubeconfig": "gardener.cloud:system:read-only"}[role.Subresource]
		g.Expect(bound).To(And(HaveKeyWithValue(role.Group(true), want), HaveKeyWithValue(role.Group(false), want)))
	}
}
