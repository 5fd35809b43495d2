// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package access

import (
	authenticationv1alpha1 "github.com/gardener/gardener/pkg/apis/authentication/v1alpha1"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	v1beta1constants "github.com/gardener/gardener/pkg/apis/core/v1beta1/constants"
	authorizationv1 "k8s.io/api/authorization/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the group of the aggregated API.
var GroupVersion = schema.GroupVersion{Group: "access.kubeception.cluster.x-k8s.io", Version: "v1alpha1"}

// Resources for rules of RBAC, with the verb create. They are Gardener's words in our group.
const (
	AdminKubeconfig  = "shoots/adminkubeconfig"
	ViewerKubeconfig = "shoots/viewerkubeconfig"
)

// Role is what a kubeconfig is for.
type Role struct {
	// Subresource of shoots that issues the kubeconfig.
	Subresource string
	// Kind of the request, of Gardener's group authentication.gardener.cloud/v1alpha1.
	Kind string
	// userPrefix is put before the name of the user, so that clusters tell the users of these kubeconfigs from their own.
	userPrefix string
	// systemGroup is the group of who may do privilege in the whole management cluster; everybody else is in projectGroup.
	systemGroup, projectGroup string
	privilege                 authorizationv1.ResourceAttributes
}

// Roles, with Gardener's names for users and groups. The workload cluster binds the groups. Operators are those who may list all
// Secrets, or all Projects.
var (
	Admin = Role{
		Subresource: "adminkubeconfig", Kind: "AdminKubeconfigRequest", userPrefix: "gardener.cloud:admin:",
		systemGroup: v1beta1constants.ShootSystemAdminsGroupName, projectGroup: v1beta1constants.ShootProjectAdminsGroupName,
		privilege: authorizationv1.ResourceAttributes{Version: "v1", Resource: "secrets", Verb: "list"},
	}
	Viewer = Role{
		Subresource: "viewerkubeconfig", Kind: "ViewerKubeconfigRequest", userPrefix: "gardener.cloud:viewer:",
		systemGroup: v1beta1constants.ShootSystemViewersGroupName, projectGroup: v1beta1constants.ShootProjectViewersGroupName,
		privilege: authorizationv1.ResourceAttributes{
			Group: gardencorev1beta1.GroupName, Version: gardencorev1beta1.SchemeGroupVersion.Version, Resource: "projects", Verb: "list",
		},
	}
)

// Roles are all there are.
func Roles() []Role { return []Role{Admin, Viewer} }

// Privilege is what a user has to be allowed in the whole management cluster to be one of its operators for this role.
func (r Role) Privilege() authorizationv1.ResourceAttributes { return r.privilege }

// User is the name that a user has in the workload cluster.
func (r Role) User(name string) string { return r.userPrefix + name }

// Group is the group that a user has in the workload cluster.
func (r Role) Group(operator bool) string {
	if operator {
		return r.systemGroup
	}
	return r.projectGroup
}

// RequestKind is the kind that clients send and get back.
func (r Role) RequestKind() schema.GroupVersionKind {
	return authenticationv1alpha1.SchemeGroupVersion.WithKind(r.Kind)
}

// Discovery is what the API server tells clients about the version. There is no resource shoots, so that shoots without a group
// still means Gardener's.
func Discovery() *metav1.APIResourceList {
	list := &metav1.APIResourceList{
		TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
		GroupVersion: GroupVersion.String(),
	}
	for _, role := range Roles() {
		kind := role.RequestKind()
		list.APIResources = append(list.APIResources, metav1.APIResource{
			Name: "shoots/" + role.Subresource, Namespaced: true, Group: kind.Group, Version: kind.Version, Kind: kind.Kind, Verbs: metav1.Verbs{"create"},
		})
	}
	return list
}
