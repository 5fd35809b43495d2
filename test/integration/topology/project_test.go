// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

func TestAProjectHasANamespaceAnOwnerAndALimit(t *testing.T) {
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		g := NewWithT(t)
		c := server.Client
		g.Expect(c.Create(t.Context(), &rbacv1.ClusterRoleBinding{
			ObjectMeta: object[corev1.Namespace](t, "{metadata: {name: creators}}").ObjectMeta,
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "creator"}},
		})).To(Succeed())
		project := createProject(t, g, as(t, server, "creator"), "made", "[{kind: User, name: friend}]")

		g.Expect(project.Spec.CreatedBy).To(HaveField("Name", "creator"))
		g.Expect(project.Spec.Owner).To(HaveField("Name", "creator"))
		g.Expect(project.Spec.Members).To(ConsistOf(
			And(HaveField("Name", "friend"), HaveField("Role", "viewer"), HaveField("APIGroup", rbacv1.GroupName)),
			And(HaveField("Name", "creator"), HaveField("Role", "admin"), HaveField("Roles", ConsistOf("owner"))),
		))
		g.Expect(*project.Spec.Namespace).To(HavePrefix("garden-made-"))
		namespace := &corev1.Namespace{}
		g.Expect(c.Get(t.Context(), client.ObjectKey{Name: *project.Spec.Namespace}, namespace)).To(Succeed())
		g.Expect(namespace.Labels).To(HaveKeyWithValue("project.gardener.cloud/name", "made"))
		quota := &corev1.ResourceQuota{}
		g.Expect(c.Get(t.Context(), client.ObjectKey{Namespace: namespace.Name, Name: "gardener"}, quota)).To(Succeed())
		g.Expect(quota.Spec.Hard).To(HaveKey(countShoots))

		t.Run("that a confirmation ends", func(t *testing.T) {
			g := NewWithT(t)
			g.Expect(c.Delete(t.Context(), project)).To(MatchError(ContainSubstring("confirmation.gardener.cloud/deletion")))
			modify(t, g, c, project, func() { project.Annotations = map[string]string{"confirmation.gardener.cloud/deletion": "true"} })
			g.Expect(c.Delete(t.Context(), project)).To(Succeed())
			g.Eventually(func(g Gomega) {
				g.Expect(apierrors.IsNotFound(c.Get(t.Context(), client.ObjectKeyFromObject(project), project))).To(BeTrue())
				g.Expect(apierrors.IsNotFound(c.Get(t.Context(), client.ObjectKeyFromObject(namespace), namespace))).To(BeTrue())
				role := &rbacv1.ClusterRole{}
				g.Expect(apierrors.IsNotFound(c.Get(t.Context(), client.ObjectKey{Name: "gardener.cloud:system:project:made"}, role))).To(BeTrue())
			}).Should(Succeed())
		})
	})
}

func TestAProjectAdoptsANamespaceAndLeavesItBehind(t *testing.T) {
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		g := NewWithT(t)
		c := server.Client
		foreign := object[corev1.Namespace](t, "{metadata: {name: garden-foreign}}")
		g.Expect(c.Create(t.Context(), foreign)).To(Succeed())
		project := object[gardencorev1beta1.Project](t, "{metadata: {name: adopter}, spec: {namespace: garden-foreign}}")
		g.Expect(c.Create(t.Context(), project)).To(Succeed())
		g.Eventually(func(g Gomega) {
			g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(project), project)).To(Succeed())
			g.Expect(project.Status.Phase).To(Equal(gardencorev1beta1.ProjectFailed))
		}).Should(Succeed(), "a namespace that is not meant for it")

		foreign.Labels = map[string]string{"gardener.cloud/role": "project", "project.gardener.cloud/name": "adopter"}
		g.Expect(c.Update(t.Context(), foreign)).To(Succeed())
		g.Eventually(func(g Gomega) {
			g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(project), project)).To(Succeed())
			g.Expect(project.Status.Phase).To(Equal(gardencorev1beta1.ProjectReady))
		}).Should(Succeed())

		modify(t, g, c, project, func() { project.Annotations = map[string]string{"confirmation.gardener.cloud/deletion": "true"} })
		g.Expect(c.Delete(t.Context(), project)).To(Succeed())
		g.Eventually(func(g Gomega) {
			g.Expect(apierrors.IsNotFound(c.Get(t.Context(), client.ObjectKeyFromObject(project), project))).To(BeTrue())
		}).Should(Succeed())
		g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(foreign), foreign)).To(Succeed())
		g.Expect(foreign.DeletionTimestamp).To(BeNil())
		g.Expect(foreign.OwnerReferences).To(BeEmpty())
		g.Expect(foreign.Labels).NotTo(HaveKey("project.gardener.cloud/name"))
		g.Expect(ptr.Deref(project.Spec.Namespace, "")).To(Equal("garden-foreign"))
	})
}
