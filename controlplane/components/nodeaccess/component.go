// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeaccess

import (
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

// nodes is the group of all kubelets.
const nodes = "system:nodes"

// Component is the permissions of machines.
type Component struct{}

var _ component.Component = Component{}

// New returns the permissions of machines.
func New() Component { return Component{} }

// Name implements component.Component.
func (Component) Name() string { return wiring.NodeAccess }

// Enabled implements component.Component.
func (Component) Enabled(in *component.Input) bool { return !in.Workerless() }

// Needs implements component.Component.
func (Component) Needs() []string { return []string{wiring.KubeAPIServer} }

// Render implements component.Component. The roles are built into Kubernetes, which binds them to nobody.
func (Component) Render(*component.Input) (component.Objects, error) {
	return component.Objects{Target: []client.Object{
		binding("kubeception:node-bootstrapper", "system:node-bootstrapper", group(wiring.BootstrapGroup)),
		binding("kubeception:node-client-approver", "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
			group(wiring.BootstrapGroup)),
		binding("kubeception:node-client-renewal-approver",
			"system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", group(nodes)),
		// For logs, exec and port-forward.
		binding(wiring.KubeletClientUser, "system:kubelet-api-admin", user(wiring.KubeletClientUser)),
	}}, nil
}

func binding(name, role string, subject rbacv1.Subject) *rbacv1.ClusterRoleBinding {
	return &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects:   []rbacv1.Subject{subject},
	}
}

func group(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: name}
}

func user(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}
}
