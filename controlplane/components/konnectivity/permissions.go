// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package konnectivity

import (
	coordinationv1 "k8s.io/api/coordination/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

const server = "konnectivity-server"

// permissions let servers verify the tokens of agents and keep their Leases, and agents count these.
func permissions() []client.Object {
	serverUser := rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: wiring.KonnectivityServerUser}
	agent := rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Namespace: metav1.NamespaceSystem, Name: wiring.KonnectivityAgent}
	return []client.Object{
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "kubeception:konnectivity-server"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "system:auth-delegator"},
			Subjects:   []rbacv1.Subject{serverUser},
		},
		leases(server, "get", "list", "create", "update", "delete"),
		binding(server, serverUser),
		leases(wiring.KonnectivityAgent, "get", "list", "watch"),
		binding(wiring.KonnectivityAgent, agent),
	}
}

func leases(role string, verbs ...string) *rbacv1.Role {
	return &rbacv1.Role{
		ObjectMeta: inSystem(role),
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{coordinationv1.GroupName}, Resources: []string{"leases"}, Verbs: verbs}},
	}
}

func binding(role string, subject rbacv1.Subject) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{
		ObjectMeta: inSystem(role),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role},
		Subjects:   []rbacv1.Subject{subject},
	}
}
