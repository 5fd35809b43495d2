// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package topology

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	authenticationv1alpha1 "github.com/gardener/gardener/pkg/apis/authentication/v1alpha1"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	certutil "k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/access"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

// askFor asks for a kubeconfig as somebody, through the API server.
func askFor(t *testing.T, server *envtest.Server, user, shoot string, role access.Role, seconds int64, groups ...string) (*authenticationv1alpha1.AdminKubeconfigRequest, error) {
	t.Helper()
	config := rest.CopyConfig(server.Config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: append([]string{"system:authenticated"}, groups...)}
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	body, err := yaml.Marshal(map[string]any{
		"apiVersion": authenticationv1alpha1.SchemeGroupVersion.String(), "kind": role.Kind, "spec": map[string]any{"expirationSeconds": seconds},
	})
	if err != nil {
		t.Fatal(err)
	}
	result := clientset.CoreV1().RESTClient().Post().AbsPath("/apis", access.GroupVersion.Group, access.GroupVersion.Version,
		"namespaces", "garden-access", "shoots", shoot, role.Subresource).SetHeader("Content-Type", "application/yaml").Body(body).Do(t.Context())
	if err := result.Error(); err != nil {
		return nil, err
	}
	content, err := result.Raw()
	if err != nil {
		return nil, err
	}
	answer := &authenticationv1alpha1.AdminKubeconfigRequest{} // The other kind has the same fields.
	return answer, yaml.Unmarshal(content, answer)
}

// prepareAccess makes a project with a Shoot and what Cluster API keeps of its cluster. It returns the authority for clients.
func prepareAccess(t *testing.T, g Gomega, server *envtest.Server) []byte {
	t.Helper()
	c := server.Client
	project := object[gardencorev1beta1.Project](t, `
metadata: {name: access}
spec:
  namespace: garden-access
  members:
  - {kind: User, name: ann, role: admin}
  - {kind: User, name: vic, role: viewer}
  - {kind: ServiceAccount, name: robot, namespace: garden-access, role: admin}
`)
	for _, object := range documents(t, "{apiVersion: v1, kind: Namespace, metadata: {name: garden-access, labels: {gardener.cloud/role: project, project.gardener.cloud/name: access}}}") {
		g.Expect(applyManifest(t, c, object)).To(Succeed())
	}
	g.Expect(c.Create(t.Context(), project)).To(Succeed())
	g.Eventually(func(g Gomega) {
		g.Expect(c.Get(t.Context(), client.ObjectKeyFromObject(project), project)).To(Succeed())
		g.Expect(project.Status.Phase).To(Equal(gardencorev1beta1.ProjectReady))
	}).Should(Succeed())
	for _, object := range documents(t, strings.NewReplacer("metadata: {name: local}", "metadata: {name: access}").Replace(profileLocal)+
		"---\n{apiVersion: v1, kind: Namespace, metadata: {name: capi--access--alpha}}") {
		g.Expect(applyManifest(t, c, object)).To(Succeed())
	}
	for _, name := range []string{"alpha", "beta"} {
		shoot := workerless(name)
		shoot.Namespace, shoot.Spec.CloudProfile.Name = "garden-access", "access"
		g.Expect(c.Create(t.Context(), shoot)).To(Succeed())
	}
	key, keyPEM, err := newKey()
	g.Expect(err).NotTo(HaveOccurred())
	ca, err := certutil.NewSelfSignedCACert(certutil.Config{CommonName: "clients"}, key)
	g.Expect(err).NotTo(HaveOccurred())
	for _, name := range []string{"shoot--access--alpha-ca", "shoot--access--alpha-ca-client"} {
		g.Expect(c.Create(t.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: "capi--access--alpha", Name: name}, Data: map[string][]byte{"tls.crt": pemOf(ca.Raw), "tls.key": keyPEM},
		})).To(Succeed())
	}
	return pemOf(ca.Raw)
}

func advertise(t *testing.T, g Gomega, c client.Client, name string) {
	t.Helper()
	g.Eventually(func(g Gomega) {
		shoot := &gardencorev1beta1.Shoot{}
		g.Expect(c.Get(t.Context(), client.ObjectKey{Namespace: "garden-access", Name: name}, shoot)).To(Succeed())
		shoot.Status.AdvertisedAddresses = []gardencorev1beta1.ShootAdvertisedAddress{{Name: "external", URL: "https://api.example.com"}}
		g.Expect(c.Status().Update(t.Context(), shoot)).To(Succeed())
	}).Should(Succeed())
}

func TestKubeconfigs(t *testing.T) {
	onEachMinor(t, func(t *testing.T, server *envtest.Server) {
		g := NewWithT(t)
		ca := prepareAccess(t, g, server)
		g.Eventually(func(g Gomega) {
			_, err := askFor(t, server, "ann", "alpha", access.Admin, 600)
			g.Expect(err).To(And(MatchError(ContainSubstring("has no address yet")), Satisfy(apierrors.IsInvalid)), "before the cluster has an address")
		}).Should(Succeed())
		advertise(t, g, server.Client, "alpha")
		g.Eventually(func(g Gomega) {
			_, err := askFor(t, server, "ann", "alpha", access.Admin, 600)
			g.Expect(err).NotTo(HaveOccurred())
			_, err = askFor(t, server, "vic", "alpha", access.Viewer, 600)
			g.Expect(err).NotTo(HaveOccurred())
		}).Should(Succeed())

		t.Run("who gets which", func(t *testing.T) { expectRoles(t, server, ca) })
		t.Run("expiry", func(t *testing.T) { expectExpiry(t, server) })
		t.Run("what is refused", func(t *testing.T) { expectRefusals(t, server) })
		t.Run("a role for a single Shoot", func(t *testing.T) { expectSingleShoot(t, server) })
		t.Run("nobody gets past the API server", func(t *testing.T) { expectNoWayRound(t, server) })
		t.Run("shoots without a group are Gardener's", func(t *testing.T) { expectGardenersShoots(t, server) })
	})
}

func expectRoles(t *testing.T, server *envtest.Server, ca []byte) {
	cases := map[string]struct {
		user        string
		groups      []string
		role        access.Role
		name, group string
	}{
		"a member":                       {"ann", nil, access.Admin, "gardener.cloud:admin:ann", "gardener.cloud:project:admins"},
		"a member who only looks":        {"ann", nil, access.Viewer, "gardener.cloud:viewer:ann", "gardener.cloud:project:viewers"},
		"a viewer":                       {"vic", nil, access.Viewer, "gardener.cloud:viewer:vic", "gardener.cloud:project:viewers"},
		"an operator":                    {"root", []string{"system:masters"}, access.Admin, "gardener.cloud:admin:root", "gardener.cloud:system:admins"},
		"an operator who only looks":     {"root", []string{"system:masters"}, access.Viewer, "gardener.cloud:viewer:root", "gardener.cloud:system:viewers"},
		"a service account, as CI's are": {"system:serviceaccount:garden-access:robot", nil, access.Admin, "gardener.cloud:admin:system:serviceaccount:garden-access:robot", "gardener.cloud:project:admins"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			answer, err := askFor(t, server, c.user, "alpha", c.role, 600, c.groups...)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(answer.Kind).To(Equal(c.role.Kind))
			config, err := clientcmd.RESTConfigFromKubeConfig(answer.Status.Kubeconfig)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(config.Host).To(Equal("https://api.example.com"))
			g.Expect(config.CAData).To(Equal(ca))
			certificates, err := certutil.ParseCertsPEM(config.CertData)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(certificates[0].Subject.CommonName).To(Equal(c.name))
			g.Expect(certificates[0].Subject.Organization).To(Equal([]string{c.group}))
			g.Expect(certificates[0].NotAfter).To(BeTemporally("~", time.Now().Add(10*time.Minute), time.Minute))
			pool := x509.NewCertPool()
			g.Expect(pool.AppendCertsFromPEM(ca)).To(BeTrue())
			_, err = certificates[0].Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
			g.Expect(err).NotTo(HaveOccurred())
		})
	}
}

func expectExpiry(t *testing.T, server *envtest.Server) {
	for seconds, want := range map[int64]time.Duration{3600: time.Hour, 86400 * 365: access.DefaultMaximumExpiration} {
		g := NewWithT(t)
		answer, err := askFor(t, server, "ann", "alpha", access.Admin, seconds)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(answer.Status.ExpirationTimestamp.Time).To(BeTemporally("~", time.Now().Add(want), time.Minute), "%d seconds", seconds)
	}
}

func expectRefusals(t *testing.T, server *envtest.Server) {
	cases := map[string]struct {
		user, shoot string
		role        access.Role
		seconds     int64
		refused     func(error) bool
	}{
		"a stranger gets none":                      {"eve", "alpha", access.Viewer, 600, apierrors.IsForbidden},
		"a viewer gets none for administrators":     {"vic", "alpha", access.Admin, 600, apierrors.IsForbidden},
		"a stranger does not learn what exists":     {"eve", "omega", access.Admin, 600, apierrors.IsForbidden},
		"there is none for a Shoot that is not":     {"ann", "omega", access.Admin, 600, apierrors.IsNotFound},
		"there is none for less than ten minutes":   {"ann", "alpha", access.Admin, 599, apierrors.IsInvalid},
		"there is none for more than 2^32 seconds":  {"ann", "alpha", access.Admin, 1<<32 + 1, apierrors.IsInvalid},
		"there is none for a Shoot without address": {"ann", "beta", access.Admin, 600, apierrors.IsInvalid},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := askFor(t, server, c.user, c.shoot, c.role, c.seconds)
			NewWithT(t).Expect(err).To(Satisfy(c.refused), fmt.Sprint(err))
		})
	}
}

func expectSingleShoot(t *testing.T, server *envtest.Server) {
	g := NewWithT(t)
	meta := metav1.ObjectMeta{Namespace: "garden-access", Name: "alpha-only"}
	g.Expect(server.Client.Create(t.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{
		APIGroups: []string{access.GroupVersion.Group}, Resources: []string{access.AdminKubeconfig}, ResourceNames: []string{"alpha"}, Verbs: []string{"create"},
	}}})).To(Succeed())
	g.Expect(server.Client.Create(t.Context(), &rbacv1.RoleBinding{
		ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: meta.Name},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "guest"}},
	})).To(Succeed())
	g.Eventually(func() error {
		_, err := askFor(t, server, "guest", "alpha", access.Admin, 600)
		return err
	}).Should(Succeed())
	_, err := askFor(t, server, "guest", "beta", access.Admin, 600)
	g.Expect(err).To(Satisfy(apierrors.IsForbidden), fmt.Sprint(err))
}

// expectNoWayRound says it is somebody, as the API server does, without the certificate of its front proxy.
func expectNoWayRound(t *testing.T, server *envtest.Server) {
	g := NewWithT(t)
	service := &unstructured.Unstructured{}
	service.SetAPIVersion("apiregistration.k8s.io/v1")
	service.SetKind("APIService")
	g.Expect(server.Client.Get(t.Context(), client.ObjectKey{Name: access.GroupVersion.Version + "." + access.GroupVersion.Group}, service)).To(Succeed())
	port, _, err := unstructured.NestedInt64(service.Object, "spec", "service", "port")
	g.Expect(err).NotTo(HaveOccurred())
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		fmt.Sprintf("https://127.0.0.1:%d/apis/%s/namespaces/garden-access/shoots/alpha/adminkubeconfig", port, access.GroupVersion), http.NoBody)
	g.Expect(err).NotTo(HaveOccurred())
	request.Header.Set("X-Remote-User", "root")
	request.Header.Set("X-Remote-Group", "system:masters")
	response, err := transport.RoundTrip(request)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(response.Body.Close()).To(Succeed())
	g.Expect(response.StatusCode).To(Equal(http.StatusUnauthorized))
}

func expectGardenersShoots(t *testing.T, server *envtest.Server) {
	g := NewWithT(t)
	httpClient, err := rest.HTTPClientFor(server.Config)
	g.Expect(err).NotTo(HaveOccurred())
	mapper, err := apiutil.NewDynamicRESTMapper(server.Config, httpClient)
	g.Expect(err).NotTo(HaveOccurred())
	kind, err := mapper.KindFor(schema.GroupVersionResource{Resource: "shoots"})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(kind.Group).To(Equal(gardencorev1beta1.GroupName))
	clientset, err := kubernetes.NewForConfig(server.Config)
	g.Expect(err).NotTo(HaveOccurred())
	resources, err := clientset.Discovery().ServerResourcesForGroupVersion(access.GroupVersion.String())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(resources.APIResources).To(ConsistOf(HaveField("Name", access.AdminKubeconfig), HaveField("Name", access.ViewerKubeconfig)))
}

// mayCreate asks as the client what it may do, and answers as the request would be answered.
func mayCreate(resource, subresource string) action {
	return func(ctx context.Context, c client.Client, project *gardencorev1beta1.Project) error {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
			Group: access.GroupVersion.Group, Version: access.GroupVersion.Version, Resource: resource, Subresource: subresource,
			Namespace: *project.Spec.Namespace, Name: "any", Verb: "create",
		}}}
		if err := c.Create(ctx, review); err != nil || review.Status.Allowed {
			return err
		}
		return apierrors.NewForbidden(schema.GroupResource{Group: access.GroupVersion.Group, Resource: resource}, "any", nil)
	}
}
