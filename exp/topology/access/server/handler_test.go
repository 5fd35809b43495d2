// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"crypto"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	authenticationv1alpha1 "github.com/gardener/gardener/pkg/apis/authentication/v1alpha1"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// reviews allow what they name: "<user> <verb> <resource>/<subresource>", with the namespace and name in front if there are any.
type reviews struct {
	authorizationclient.SubjectAccessReviewInterface

	allowed string
}

func (r reviews) Create(_ context.Context, review *authorizationv1.SubjectAccessReview, _ metav1.CreateOptions) (*authorizationv1.SubjectAccessReview, error) {
	a := review.Spec.ResourceAttributes
	if r.allowed == "broken" {
		return nil, errors.New("no answer")
	}
	review.Status.Allowed = strings.Contains(r.allowed, strings.Trim(fmt.Sprintf("%s/%s %s %s %s", a.Namespace, a.Name, review.Spec.User, a.Verb, a.Resource+"/"+a.Subresource), " /"))
	return review, nil
}

const (
	mayBe    = "garden-p/alpha ann create shoots/adminkubeconfig; garden-p/alpha ann create shoots/viewerkubeconfig; garden-p/young ann create shoots/adminkubeconfig; garden-p/gone ann create shoots/adminkubeconfig; garden-p/bare ann create shoots/adminkubeconfig"
	adminURL = Root + "/v1alpha1/namespaces/garden-p/shoots/alpha/adminkubeconfig"
)

func admin(seconds string) string {
	return `{"apiVersion":"authentication.gardener.cloud/v1alpha1","kind":"AdminKubeconfigRequest","spec":{"expirationSeconds":` + seconds + `}}`
}

// newHandler knows a Shoot alpha, a Shoot young without address and a Shoot bare without authorities.
func newHandler(t *testing.T, allowed string) *Handler {
	t.Helper()
	g := NewWithT(t)
	scheme := runtime.NewScheme()
	g.Expect(corev1.AddToScheme(scheme)).To(Succeed())
	g.Expect(gardencorev1beta1.AddToScheme(scheme)).To(Succeed())
	key, err := keyutil.MakeEllipticPrivateKeyPEM()
	g.Expect(err).NotTo(HaveOccurred())
	private, err := keyutil.ParsePrivateKeyPEM(key)
	g.Expect(err).NotTo(HaveOccurred())
	signer, signs := private.(crypto.Signer)
	g.Expect(signs).To(BeTrue())
	ca, err := certutil.NewSelfSignedCACert(certutil.Config{CommonName: "ca"}, signer)
	g.Expect(err).NotTo(HaveOccurred())
	data := map[string][]byte{"tls.crt": pem.EncodeToMemory(&pem.Block{Type: certutil.CertificateBlockType, Bytes: ca.Raw}), "tls.key": key}
	shoot := func(name string, addresses ...gardencorev1beta1.ShootAdvertisedAddress) *gardencorev1beta1.Shoot {
		return &gardencorev1beta1.Shoot{ObjectMeta: metav1.ObjectMeta{Namespace: "garden-p", Name: name}, Status: gardencorev1beta1.ShootStatus{AdvertisedAddresses: addresses}}
	}
	external := gardencorev1beta1.ShootAdvertisedAddress{Name: "external", URL: "https://alpha"}
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "garden-p", Labels: map[string]string{"project.gardener.cloud/name": "p"}}},
		&gardencorev1beta1.Project{ObjectMeta: metav1.ObjectMeta{Name: "p"}},
		shoot("alpha", external), shoot("young"), shoot("bare", external),
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "capi--p--alpha", Name: "shoot--p--alpha-ca"}, Data: data},
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "capi--p--alpha", Name: "shoot--p--alpha-ca-client"}, Data: data},
	).Build()
	return &Handler{
		Users: authenticator.RequestFunc(func(r *http.Request) (*authenticator.Response, bool, error) {
			name := r.Header.Get("User")
			return &authenticator.Response{User: &user.DefaultInfo{Name: name}}, name != "", nil
		}),
		Reviews: reviews{allowed: allowed}, Reader: c, Live: c, Maximum: 24 * time.Hour, Now: time.Now,
	}
}

func TestRequests(t *testing.T) {
	cases := map[string]struct {
		user, method, url, body string
		allowed                 string
		code                    int
		message                 string
	}{
		"a member gets a kubeconfig":                       {"ann", "POST", adminURL, admin("600"), mayBe, 201, ""},
		"a request in YAML is one as well":                 {"ann", "POST", adminURL, "apiVersion: authentication.gardener.cloud/v1alpha1\nkind: AdminKubeconfigRequest", mayBe, 201, ""},
		"who is not known is told so":                      {"", "POST", adminURL, admin("600"), mayBe, 401, "only the kube-apiserver may forward requests"},
		"who may not is told so":                           {"bob", "POST", adminURL, admin("600"), mayBe, 403, `shoots/adminkubeconfig.access.kubeception.cluster.x-k8s.io "alpha" is forbidden`},
		"nobody may if nobody can say":                     {"ann", "POST", adminURL, admin("600"), "broken", 500, "ask what ann may do"},
		"less than ten minutes are refused":                {"ann", "POST", adminURL, admin("599"), mayBe, 422, "spec.expirationSeconds: Invalid value: 599: must be at least 600"},
		"a Shoot that does not exist":                      {"ann", "POST", strings.Replace(adminURL, "shoots/alpha", "shoots/gone", 1), admin("600"), mayBe, 404, `shoots.core.gardener.cloud "gone" not found`},
		"a Shoot without address":                          {"ann", "POST", strings.Replace(adminURL, "shoots/alpha", "shoots/young", 1), admin("600"), mayBe, 422, "the API server of the Shoot has no address yet"},
		"a Shoot without authorities":                      {"ann", "POST", strings.Replace(adminURL, "shoots/alpha", "shoots/bare", 1), admin("600"), mayBe, 500, "read the authorities of the cluster"},
		"the kind of the other resource":                   {"ann", "POST", strings.Replace(adminURL, "admin", "viewer", 1), admin("600"), mayBe, 400, "send a ViewerKubeconfigRequest of authentication.gardener.cloud/v1alpha1, not a AdminKubeconfigRequest"},
		"a request that is none":                           {"ann", "POST", adminURL, "{", mayBe, 400, "send a AdminKubeconfigRequest"},
		"a request that is too long":                       {"ann", "POST", adminURL, strings.Repeat(" ", bodyLimit+1), mayBe, 413, "the limit is 65536 bytes"},
		"nothing can be read":                              {"ann", "GET", adminURL, "", mayBe, 404, "kubeconfigs of Shoots can only be created"},
		"nothing can be deleted":                           {"ann", "DELETE", adminURL, "", mayBe, 404, "kubeconfigs of Shoots can only be created"},
		"there are no other subresources":                  {"ann", "POST", strings.Replace(adminURL, "adminkubeconfig", "binding", 1), "", mayBe, 404, "kubeconfigs of Shoots can only be created"},
		"who is known may see what there is":               {"bob", "GET", Root + "/v1alpha1", "", mayBe, 200, ""},
		"a dry run tells that it would be issued, no more": {"ann", "POST", adminURL + "?dryRun=All", admin("600"), mayBe, 201, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			request := httptest.NewRequest(c.method, c.url, strings.NewReader(c.body))
			request.Header.Set("User", c.user)
			recorder := httptest.NewRecorder()
			newHandler(t, c.allowed).ServeHTTP(recorder, request)
			g.Expect(recorder.Code).To(Equal(c.code), recorder.Body.String())
			g.Expect(recorder.Header().Get("Cache-Control")).To(Equal("no-store"))
			if c.message != "" {
				status := &metav1.Status{}
				g.Expect(json.Unmarshal(recorder.Body.Bytes(), status)).To(Succeed())
				g.Expect(status.Message).To(ContainSubstring(c.message))
				g.Expect(status.Kind).To(Equal("Status"))
			}
			g.Expect(strings.Contains(recorder.Body.String(), `"kubeconfig":"`)).To(Equal(c.code == 201 && !strings.Contains(c.url, "dryRun")))
		})
	}
}

func TestTheAnswerSaysWhenItEnds(t *testing.T) {
	g := NewWithT(t)
	for seconds, want := range map[string]time.Duration{"600": 10 * time.Minute, "null": time.Hour, "864000": 24 * time.Hour} {
		request := httptest.NewRequest(http.MethodPost, adminURL, strings.NewReader(admin(seconds)))
		request.Header.Set("User", "ann")
		recorder := httptest.NewRecorder()
		newHandler(t, mayBe).ServeHTTP(recorder, request)
		answer := &authenticationv1alpha1.AdminKubeconfigRequest{}
		g.Expect(json.Unmarshal(recorder.Body.Bytes(), answer)).To(Succeed())
		g.Expect(answer.Kind).To(Equal("AdminKubeconfigRequest"))
		g.Expect(answer.Status.ExpirationTimestamp.Time).To(BeTemporally("~", time.Now().Add(want), time.Minute), seconds)
	}
}
