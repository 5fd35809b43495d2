// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package seeds

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
)

func TestASeedMustHaveEtcdDruidAndMayHaveAdmissionPolicies(t *testing.T) {
	druid := schema.GroupVersionKind{Group: "druid.gardener.cloud", Version: "v1alpha1", Kind: "Etcd"}
	policy := schema.GroupVersionKind{Group: "admissionregistration.k8s.io", Version: "v1", Kind: "MutatingAdmissionPolicy"}
	earlier := schema.GroupVersionKind{Group: policy.Group, Version: "v1beta1", Kind: policy.Kind}
	cases := map[string]struct {
		served []schema.GroupVersionKind
		level  string
		want   string
	}{
		"with both it enforces restricted":                   {[]schema.GroupVersionKind{druid, policy}, podSecurityRestricted, ""},
		"without policies it enforces baseline":              {[]schema.GroupVersionKind{druid}, podSecurityBaseline, ""},
		"policies of an earlier version are as good as none": {[]schema.GroupVersionKind{druid, earlier}, podSecurityBaseline, ""},
		"without etcd-druid it says what to install":         {[]schema.GroupVersionKind{policy}, "", "the seed lacks etcd-druid (druid.gardener.cloud/v1alpha1); install it in the seed"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			mapper := meta.NewDefaultRESTMapper(nil)
			for _, kind := range tc.served {
				mapper.Add(kind, meta.RESTScopeRoot)
			}
			level, err := checkPrerequisites(mapper)
			g.Expect(level).To(Equal(tc.level))
			if tc.want == "" {
				g.Expect(err).NotTo(HaveOccurred())
				return
			}
			g.Expect(err).To(MatchError(tc.want))
			g.Expect(err).To(BeAssignableToTypeOf(&PrerequisiteError{}))
		})
	}
}

func TestTheCacheOfASeedHasOnlyKindsThatItServes(t *testing.T) {
	g := NewWithT(t)
	kinds := func(level string) (kinds []string) {
		for object := range cacheOptions(level).ByObject {
			kinds = append(kinds, fmt.Sprintf("%T", object))
		}
		return kinds
	}
	g.Expect(kinds(podSecurityRestricted)).To(ContainElement("*v1.MutatingAdmissionPolicy"))
	g.Expect(kinds(podSecurityBaseline)).NotTo(ContainElement("*v1.MutatingAdmissionPolicy"))
}

var user = User{Cluster: clusterKey, Request: reconcile.Request{NamespacedName: client.ObjectKey{Namespace: "team", Name: "c-control-plane"}}}

func kubeconfigFor(server string) []byte {
	return []byte(`{"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {"server": "https://` + server + `"}}],
		"contexts": [{"name": "c", "context": {"cluster": "c"}}], "current-context": "c"}`)
}

// nobody is an address where nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	defer listener.Close()
	return listener.Addr().String()
}

// started are connections of a controller that runs, and its queue.
func started(t *testing.T, management client.Client) (*Connections, workqueue.TypedRateLimitingInterface[reconcile.Request]) {
	t.Helper()
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	connections := New(&rest.Config{}, clientgoscheme.Scheme, management)
	NewWithT(t).Expect(connections.Source().Start(t.Context(), queue)).To(Succeed())
	return connections, queue
}

func kubeconfigSecret(data map[string][]byte) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "seed"}, Data: data}
}

func TestAKubeconfigThatCannotBeUsedIsNamedWithTheRemedy(t *testing.T) {
	cases := map[string]struct {
		secret *corev1.Secret
		key    string
		want   string
	}{
		"no Secret":            {nil, "", "kubeconfig of the seed in Secret team/seed: the Secret does not exist; create it or correct spec.seed.kubeconfigRef"},
		"no key":               {kubeconfigSecret(nil), "", `the key "value" is missing; add it or set spec.seed.kubeconfigRef.key`},
		"no key of the user's": {kubeconfigSecret(map[string][]byte{"value": nil}), "mine", `the key "mine" is missing`},
		"no kubeconfig":        {kubeconfigSecret(map[string][]byte{"value": []byte("none")}), "", `the key "value" cannot be used; replace it by a kubeconfig`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			management := fake.NewClientBuilder().Build()
			if tc.secret != nil {
				g.Expect(management.Create(t.Context(), tc.secret)).To(Succeed())
			}
			connections, _ := started(t, management)
			spec := controlplanev1.SeedSpec{KubeconfigRef: controlplanev1.SecretKeyReference{Name: "seed", Key: tc.key}}
			_, err := connections.Get(t.Context(), spec, user)
			g.Expect(err).To(BeAssignableToTypeOf(&KubeconfigError{}))
			g.Expect(err).To(MatchError(ContainSubstring(tc.want)))
		})
	}
}

func TestAnotherKubeconfigMakesAnotherConnectionForTheSameUsers(t *testing.T) {
	g := NewWithT(t)
	spec := controlplanev1.SeedSpec{KubeconfigRef: controlplanev1.SecretKeyReference{Name: "seed"}}
	secret := kubeconfigSecret(map[string][]byte{"value": kubeconfigFor(nobody(t))})
	management := fake.NewClientBuilder().WithObjects(secret).Build()

	idle := New(&rest.Config{}, clientgoscheme.Scheme, management)
	_, err := idle.Get(t.Context(), spec, user)
	g.Expect(err).To(MatchError(ErrConnecting), "while the controller has not started")

	connections, queue := started(t, management)
	next := func() reconcile.Request {
		request, _ := queue.Get()
		queue.Done(request)
		return request
	}
	_, err = connections.Get(t.Context(), spec, user)
	g.Expect(err).To(MatchError(ErrConnecting), "Get does not wait")
	g.Expect(next()).To(Equal(user.Request), "the user is reconciled when the attempt has failed")
	_, err = connections.Get(t.Context(), spec, user)
	g.Expect(err).To(BeAssignableToTypeOf(&UnreachableError{}))

	other := User{Cluster: client.ObjectKey{Namespace: "team", Name: "d"}, Request: reconcile.Request{NamespacedName: client.ObjectKey{Namespace: "team", Name: "d"}}}
	secret.Data["value"] = kubeconfigFor(nobody(t))
	g.Expect(management.Update(t.Context(), secret)).To(Succeed())
	_, err = connections.Get(t.Context(), spec, other)
	g.Expect(err).To(MatchError(ErrConnecting))
	g.Expect([]reconcile.Request{next(), next()}).To(ConsistOf(user.Request, other.Request), "those of the old connection too")

	connections.Release(spec, user)
	g.Expect(connections.seeds).To(HaveLen(1))
	connections.Release(spec, other)
	g.Expect(connections.seeds).To(BeEmpty(), "the last user closes the connection")
	connections.Release(spec, other)
}

func TestAConnectionEndsWithTheController(t *testing.T) {
	g := NewWithT(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := &connection{users: map[client.ObjectKey]reconcile.Request{}, err: ErrConnecting}
	ended := make(chan struct{})
	go func() {
		c.run(ctx, &rest.Config{Host: nobody(t)}, clientgoscheme.Scheme)
		close(ended)
	}()
	cancel()
	g.Eventually(ended).WithTimeout(10 * time.Second).Should(BeClosed())
}
