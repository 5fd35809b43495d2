// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"context"
	"fmt"
	"strings"
	"testing"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

// roles are the people of the matrix, in the order of its columns. Each has one role; the owner has what his role brings.
var roles = []string{"owner", "admin", "uam", "viewer", "serviceaccountmanager", "extension", "stranger"}

// action is a request, made for real. What it makes is thrown away: every request that writes is a dry run.
type action func(ctx context.Context, c client.Client, project *gardencorev1beta1.Project) error

// matrix has a row for each request and says who may make it, by the columns of roles. It follows the table of roles of
// Gardener's documentation: o owner, a admin, u uam, v viewer, s serviceaccountmanager, x the role of an extension.
var matrix = []struct {
	may string
	do  string
	by  action
}{
	{"oauv-- ", "get the project", getProject},
	{"oav    ", "get the namespace", getNamespace},
	{"oau    ", "change the description", change(func(p *gardencorev1beta1.Project) { p.Spec.Description = new("changed") })},
	{"o u    ", "add a person as member", change(addMember(rbacv1.UserKind, "newcomer", ""))},
	{"o u    ", "add a group as member", change(addMember(rbacv1.GroupKind, "newcomers", ""))},
	{"oau    ", "add a service account as member", change(addMember(rbacv1.ServiceAccountKind, "robot", "garden-matrix"))},
	{"o u    ", "give a member another role", change(func(p *gardencorev1beta1.Project) { p.Spec.Members[3].Role = "admin" })},
	{"o u    ", "change the owner", change(func(p *gardencorev1beta1.Project) { p.Spec.Owner.Name = "admin" })},
	{"       ", "allow more tolerations", change(func(p *gardencorev1beta1.Project) {
		p.Spec.Tolerations = &gardencorev1beta1.ProjectTolerations{Whitelist: []gardencorev1beta1.Toleration{{Key: "a"}}}
	})},
	{"oa     ", "delete the project", deleteProject},
	{"oa v   ", "list Shoots", list(&gardencorev1beta1.ShootList{})},
	{"oa     ", "create a Shoot", create(func() client.Object { return workerless("new") })},
	{"       ", "choose the seed of a Shoot", create(func() client.Object {
		shoot := workerless("chosen")
		shoot.Spec.SeedName = new("matrix")
		return shoot
	})},
	{"oa     ", "get a kubeconfig for administrators of a Shoot", mayCreate("shoots", "adminkubeconfig")},
	{"oa v   ", "get a kubeconfig for viewers of a Shoot", mayCreate("shoots", "viewerkubeconfig")},
	{"oa     ", "list Secrets", list(&corev1.SecretList{})},
	{"oa     ", "create a Secret", create(func() client.Object { return &corev1.Secret{} })},
	{"oa v   ", "list ConfigMaps", list(&corev1.ConfigMapList{})},
	{"oa     ", "create a ConfigMap", create(func() client.Object { return &corev1.ConfigMap{} })},
	{"oa v   ", "list CredentialsBindings", list(&securityv1alpha1.CredentialsBindingList{})},
	{"oa     ", "create a CredentialsBinding", create(func() client.Object { return bindingTo("garden-matrix", "account") })},
	{"       ", "create a CredentialsBinding to a Secret of another project", create(func() client.Object { return bindingTo("garden-elsewhere", "account") })},
	{"oa v   ", "list SecretBindings", list(&gardencorev1beta1.SecretBindingList{})},
	{"oa v   ", "list Quotas", list(&gardencorev1beta1.QuotaList{})},
	{"oa     ", "create a Quota", create(func() client.Object { return projectQuota() })},
	{"oa v   ", "list NamespacedCloudProfiles", list(&gardencorev1beta1.NamespacedCloudProfileList{})},
	{"oa     ", "create a NamespacedCloudProfile", create(func() client.Object { return derived(false) })},
	{"       ", "create one with machine images of its own", create(func() client.Object { return derived(true) })},
	{"oa v   ", "list ResourceQuotas", list(&corev1.ResourceQuotaList{})},
	{"       ", "change the ResourceQuota", raiseQuota},
	{"oa v s ", "list ServiceAccounts", list(&corev1.ServiceAccountList{})},
	{"o   s ", "create a ServiceAccount", create(func() client.Object { return &corev1.ServiceAccount{} })},
	{"oa v   ", "list Roles", list(&rbacv1.RoleList{})},
	{"oa     ", "create a RoleBinding to what one has", create(func() client.Object { return bindRole("gardener.cloud:system:project-viewer") })},
	{"       ", "create a RoleBinding to what one has not", create(func() client.Object { return bindRole("cluster-admin") })},
	{"oa v   ", "list Events", list(&corev1.EventList{})},
	{"oauvsx!", "list CloudProfiles", list(&gardencorev1beta1.CloudProfileList{})},
	{"oauvsx!", "list Seeds", list(&gardencorev1beta1.SeedList{})},
	{"       ", "create a Seed", create(func() client.Object { return &gardencorev1beta1.Seed{} })},
	{"       ", "list Projects", list(&gardencorev1beta1.ProjectList{})},
	{"     x ", "list Pods, as the extension says", list(&corev1.PodList{})},
}

// letters are those of the roles in the matrix.
const letters = "oauvsx!"

func TestPermissions(t *testing.T) {
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		g := NewWithT(t)
		project := prepareMatrix(t, g, server)
		allowed := 0
		for i, role := range roles {
			c := as(t, server, role)
			for _, row := range matrix {
				want := strings.Contains(row.may, string(letters[i]))
				t.Run(fmt.Sprintf("%s may %s: %t", role, row.do, want), func(t *testing.T) {
					err := row.by(t.Context(), client.NewDryRunClient(c), project.DeepCopy())
					switch {
					case want && err != nil:
						t.Errorf("must be allowed, but: %v", err)
					case !want && err == nil:
						t.Error("must be forbidden, but is allowed")
					case !want && !apierrors.IsForbidden(err):
						t.Errorf("must be forbidden, but: %v", err)
					}
				})
				if want {
					allowed++
				}
			}
		}
		t.Logf("%d requests, %d allowed", len(roles)*len(matrix), allowed)
	})
}

// prepareMatrix makes a project with one member for each role, and what the requests are about.
func prepareMatrix(t *testing.T, g Gomega, server *envtest.Server) *gardencorev1beta1.Project {
	t.Helper()
	c := server.Client
	for _, manifest := range []string{
		`{apiVersion: v1, kind: Namespace, metadata: {name: garden-matrix, labels: {gardener.cloud/role: project, project.gardener.cloud/name: matrix}}}`,
		`{apiVersion: v1, kind: Namespace, metadata: {name: garden-elsewhere}}`,
		`{apiVersion: v1, kind: Secret, metadata: {name: account, namespace: garden-elsewhere}}`,
		`{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: extension-pods, labels: {rbac.gardener.cloud/aggregate-to-extension-role: pods}}, rules: [{apiGroups: [""], resources: [pods], verbs: [list]}]}`,
		strings.ReplaceAll(profileLocal, "metadata: {name: local}", "metadata: {name: matrix}"),
	} {
		for _, object := range documents(t, manifest) {
			g.Expect(applyManifest(t, c, object)).To(Succeed())
		}
	}
	project := object[gardencorev1beta1.Project](t, `
metadata: {name: matrix, annotations: {confirmation.gardener.cloud/deletion: "true"}}
spec:
  namespace: garden-matrix
  owner: {kind: User, name: owner}
  members:
  - {kind: User, name: admin, role: admin}
  - {kind: User, name: uam, role: uam}
  - {kind: User, name: serviceaccountmanager, role: serviceaccountmanager}
  - {kind: User, name: viewer, role: viewer}
  - {kind: User, name: extension, role: "extension:pods"}
`)
	g.Expect(c.Create(t.Context(), project)).To(Succeed())
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "garden-matrix", Name: "account"}}
	g.Expect(c.Create(t.Context(), secret)).To(Succeed())
	// The API server knows roles after Kubernetes has collected them and its cache has seen that.
	ready := map[string]func(client.Client) error{
		"owner":                 func(c client.Client) error { return list(&corev1.SecretList{})(t.Context(), c, project) },
		"viewer":                func(c client.Client) error { return list(&gardencorev1beta1.ShootList{})(t.Context(), c, project) },
		"serviceaccountmanager": func(c client.Client) error { return list(&corev1.ServiceAccountList{})(t.Context(), c, project) },
		"extension":             func(c client.Client) error { return list(&corev1.PodList{})(t.Context(), c, project) },
	}
	for role, try := range ready {
		c := as(t, server, role)
		g.Eventually(func() error { return try(c) }).Should(Succeed(), role)
	}
	g.Eventually(func(g Gomega) {
		quota := &corev1.ResourceQuota{}
		g.Expect(c.Get(t.Context(), client.ObjectKey{Namespace: "garden-matrix", Name: "gardener"}, quota)).To(Succeed())
		g.Expect(quota.Status.Hard).To(HaveKey(countShoots))
	}).Should(Succeed())
	g.Eventually(func(g Gomega) {
		g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(project), project)).To(Succeed())
		g.Expect(project.Status.Phase).To(Equal(gardencorev1beta1.ProjectReady))
	}).Should(Succeed())
	return project
}

func TestWhoMayReadASecretMayBindItElsewhere(t *testing.T) {
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		g := NewWithT(t)
		for _, manifest := range []string{
			`{apiVersion: v1, kind: Namespace, metadata: {name: accounts}}`,
			`{apiVersion: v1, kind: Secret, metadata: {name: shared, namespace: accounts}}`,
			`{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: reader, namespace: accounts}, rules: [{apiGroups: [""], resources: [secrets], resourceNames: [shared], verbs: [get]}]}`,
			`{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: reader, namespace: accounts}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}, subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: trusted}]}`,
		} {
			for _, object := range documents(t, manifest) {
				g.Expect(applyManifest(t, server.Client, object)).To(Succeed())
			}
		}
		project := createProject(t, g, server.Client, "binders", "[{kind: User, name: trusted, role: admin}, {kind: User, name: other, role: admin}]")
		bind := func(user string) error {
			binding := bindingTo("accounts", "shared")
			binding.Namespace, binding.GenerateName = *project.Spec.Namespace, "shared-"
			return as(t, server, user).Create(t.Context(), binding)
		}
		g.Eventually(func() error { return bind("trusted") }).Should(Succeed())
		g.Eventually(func() error { return bind("other") }).Should(MatchError(ContainSubstring("credentialsRef: other may not get the Secret accounts/shared, and cannot refer to it")))
	})
}

func TestAProjectHasNoMoreShootsThanItsQuotaAllows(t *testing.T) {
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		g := NewWithT(t)
		c := server.Client
		for _, object := range documents(t, strings.ReplaceAll(profileLocal, "metadata: {name: local}", "metadata: {name: matrix}")) {
			g.Expect(applyManifest(t, c, object)).To(Succeed())
		}
		project := createProject(t, g, c, "limited", "[]")
		g.Eventually(func(g Gomega) {
			quota := &corev1.ResourceQuota{}
			g.Expect(c.Get(t.Context(), client.ObjectKey{Namespace: *project.Spec.Namespace, Name: "gardener"}, quota)).To(Succeed())
			g.Expect(quota.Status.Used).To(HaveKey(countShoots))
		}).Should(Succeed())
		for i := range shootQuota {
			shoot := workerless(fmt.Sprintf("s%d", i))
			shoot.Namespace = *project.Spec.Namespace
			g.Expect(c.Create(t.Context(), shoot)).To(Succeed())
		}
		oneMore := workerless("more")
		oneMore.Namespace = *project.Spec.Namespace
		err := c.Create(t.Context(), oneMore)
		g.Expect(apierrors.IsForbidden(err)).To(BeTrue(), "%v", err)
		g.Expect(err).To(MatchError(ContainSubstring("exceeded quota: gardener, requested: count/shoots.core.gardener.cloud=1, used: count/shoots.core.gardener.cloud=2, limited: count/shoots.core.gardener.cloud=2")))
	})
}

func getProject(ctx context.Context, c client.Client, project *gardencorev1beta1.Project) error {
	return c.Get(ctx, client.ObjectKeyFromObject(project), project)
}

func getNamespace(ctx context.Context, c client.Client, project *gardencorev1beta1.Project) error {
	return c.Get(ctx, client.ObjectKey{Name: *project.Spec.Namespace}, &corev1.Namespace{})
}

func deleteProject(ctx context.Context, c client.Client, project *gardencorev1beta1.Project) error {
	return c.Delete(ctx, project)
}

func change(with func(*gardencorev1beta1.Project)) action {
	return func(ctx context.Context, c client.Client, project *gardencorev1beta1.Project) error {
		with(project)
		return c.Update(ctx, project)
	}
}

func addMember(kind, name, namespace string) func(*gardencorev1beta1.Project) {
	return func(project *gardencorev1beta1.Project) {
		subject := rbacv1.Subject{Kind: kind, Name: name, Namespace: namespace}
		project.Spec.Members = append(project.Spec.Members, gardencorev1beta1.ProjectMember{Subject: subject, Role: "viewer"})
	}
}

// list reads through a list of its own, because requests of several tests run at once.
func list(of client.ObjectList) action {
	return func(ctx context.Context, c client.Client, project *gardencorev1beta1.Project) error {
		into, ok := of.DeepCopyObject().(client.ObjectList)
		if !ok {
			return fmt.Errorf("%T is not a list", of)
		}
		switch into.(type) {
		case *gardencorev1beta1.CloudProfileList, *gardencorev1beta1.SeedList, *gardencorev1beta1.ProjectList:
			return c.List(ctx, into)
		}
		return c.List(ctx, into, client.InNamespace(*project.Spec.Namespace))
	}
}

func create(of func() client.Object) action {
	return func(ctx context.Context, c client.Client, project *gardencorev1beta1.Project) error {
		object := of()
		object.SetNamespace(*project.Spec.Namespace)
		if object.GetName() == "" {
			object.SetGenerateName("matrix-")
		}
		return c.Create(ctx, object)
	}
}

func raiseQuota(ctx context.Context, c client.Client, project *gardencorev1beta1.Project) error {
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: *project.Spec.Namespace, Name: "gardener"}}
	return c.Patch(ctx, quota, client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"hard":{"count/shoots.core.gardener.cloud":"100"}}}`)))
}

func workerless(name string) *gardencorev1beta1.Shoot {
	shoot := &gardencorev1beta1.Shoot{ObjectMeta: metav1.ObjectMeta{Name: name}}
	shoot.Spec.CloudProfile = &gardencorev1beta1.CloudProfileReference{Name: "matrix"}
	shoot.Spec.Region, shoot.Spec.Provider.Type = "local", "local"
	return shoot
}

func bindingTo(namespace, name string) *securityv1alpha1.CredentialsBinding {
	return &securityv1alpha1.CredentialsBinding{
		Provider:       securityv1alpha1.CredentialsBindingProvider{Type: "local"},
		CredentialsRef: corev1.ObjectReference{APIVersion: "v1", Kind: "Secret", Namespace: namespace, Name: name},
	}
}

func projectQuota() *gardencorev1beta1.Quota {
	quota := &gardencorev1beta1.Quota{}
	quota.Spec.Scope = corev1.ObjectReference{APIVersion: "core.gardener.cloud/v1beta1", Kind: "Project"}
	quota.Spec.Metrics = corev1.ResourceList{}
	return quota
}

func derived(withImages bool) *gardencorev1beta1.NamespacedCloudProfile {
	profile := &gardencorev1beta1.NamespacedCloudProfile{}
	profile.Spec.Parent = gardencorev1beta1.CloudProfileReference{Kind: "CloudProfile", Name: "matrix"}
	if withImages {
		profile.Spec.MachineImages = []gardencorev1beta1.MachineImage{{Name: "own", Versions: []gardencorev1beta1.MachineImageVersion{{
			ExpirableVersion: gardencorev1beta1.ExpirableVersion{Version: "1.0.0"}, Architectures: []string{"amd64"},
		}}}}
	}
	return profile
}

func bindRole(name string) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "friend"}},
	}
}
