// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package connections

import (
	"context"
	"net"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

var options = Options[string]{
	Name: "seed", Field: "spec.seed.kubeconfigRef", Scheme: clientgoscheme.Scheme,
	Inspect: func(meta.RESTMapper) (string, Kinds, error) { return "", nil, nil },
	OwnerOf: func(object client.Object) client.ObjectKey {
		return client.ObjectKey{Namespace: "team", Name: object.GetLabels()["owner"]}
	},
	IsNews: func(_, after client.Object) bool { return after.GetLabels()["news"] != "no" },
}

var user = User{Owner: client.ObjectKey{Namespace: "team", Name: "c"}, Request: reconcile.Request{NamespacedName: client.ObjectKey{Namespace: "team", Name: "c-control-plane"}}}

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
func started(t *testing.T, management client.Client) (*Connections[string], workqueue.TypedRateLimitingInterface[reconcile.Request]) {
	t.Helper()
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
	connections := New(&rest.Config{}, management, options)
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
			reference := Reference{Secret: client.ObjectKey{Namespace: "team", Name: "seed"}, Key: tc.key}
			_, err := connections.Get(t.Context(), reference, user)
			g.Expect(err).To(BeAssignableToTypeOf(&KubeconfigError{}))
			g.Expect(err).To(MatchError(ContainSubstring(tc.want)))
		})
	}
}

func TestAnotherKubeconfigMakesAnotherConnectionForTheSameUsers(t *testing.T) {
	g := NewWithT(t)
	reference := Reference{Secret: client.ObjectKey{Namespace: "team", Name: "seed"}}
	secret := kubeconfigSecret(map[string][]byte{"value": kubeconfigFor(nobody(t))})
	management := fake.NewClientBuilder().WithObjects(secret).Build()

	idle := New(&rest.Config{}, management, options)
	_, err := idle.Get(t.Context(), reference, user)
	g.Expect(err).To(MatchError(ErrConnecting), "while the controller has not started")

	connections, queue := started(t, management)
	next := func() reconcile.Request {
		request, _ := queue.Get()
		queue.Done(request)
		return request
	}
	_, err = connections.Get(t.Context(), reference, user)
	g.Expect(err).To(MatchError(ErrConnecting), "Get does not wait")
	g.Expect(next()).To(Equal(user.Request), "the user is reconciled when the attempt has failed")
	_, err = connections.Get(t.Context(), reference, user)
	g.Expect(err).To(BeAssignableToTypeOf(&UnreachableError{}))

	other := User{Owner: client.ObjectKey{Namespace: "team", Name: "d"}, Request: reconcile.Request{NamespacedName: client.ObjectKey{Namespace: "team", Name: "d"}}}
	secret.Data["value"] = kubeconfigFor(nobody(t))
	g.Expect(management.Update(t.Context(), secret)).To(Succeed())
	_, err = connections.Get(t.Context(), reference, other)
	g.Expect(err).To(MatchError(ErrConnecting))
	g.Expect([]reconcile.Request{next(), next()}).To(ConsistOf(user.Request, other.Request), "those of the old connection too")

	connections.Release(reference, user)
	g.Expect(connections.Len()).To(Equal(1))
	connections.Release(reference, other)
	g.Expect(connections.Len()).To(BeZero(), "the last user closes the connection")
	connections.Release(reference, other)
}

func TestAConnectionEndsWithTheController(t *testing.T) {
	g := NewWithT(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := &connection[string]{options: &options, users: map[client.ObjectKey]reconcile.Request{}, err: ErrConnecting}
	ended := make(chan struct{})
	go func() {
		c.run(ctx, &rest.Config{Host: nobody(t)})
		close(ended)
	}()
	cancel()
	g.Eventually(ended).WithTimeout(10 * time.Second).Should(BeClosed())
}

func TestAnEventReachesItsOwner(t *testing.T) {
	other := User{Owner: client.ObjectKey{Namespace: "team", Name: "d"}, Request: reconcile.Request{NamespacedName: client.ObjectKey{Namespace: "team", Name: "d"}}}
	object := func(owner, version, news string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{ResourceVersion: version, Labels: map[string]string{"owner": owner, "news": news}}}
	}
	cases := map[string]struct {
		event func(*connection[string])
		want  int
	}{
		"when it is added":            {func(c *connection[string]) { c.handler().OnAdd(object("d", "1", ""), false) }, 1},
		"when it changes":             {func(c *connection[string]) { c.handler().OnUpdate(object("d", "1", ""), object("d", "2", "")) }, 1},
		"but not when nothing is new": {func(c *connection[string]) { c.handler().OnUpdate(object("d", "1", ""), object("d", "2", "no")) }, 0},
		"nor by a resync":             {func(c *connection[string]) { c.handler().OnUpdate(object("d", "1", ""), object("d", "1", "")) }, 0},
		"when it is deleted":          {func(c *connection[string]) { c.handler().OnDelete(object("d", "1", "")) }, 1},
		"and nobody else":             {func(c *connection[string]) { c.handler().OnAdd(object("e", "1", ""), false) }, 0},
		"unless it concerns all":      {func(c *connection[string]) { c.handler().OnAdd(object("*", "1", ""), false) }, 2},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
			o := options
			o.OwnerOf = func(object client.Object) client.ObjectKey {
				if object.GetLabels()["owner"] == "*" {
					return Everyone
				}
				return options.OwnerOf(object)
			}
			c := &connection[string]{options: &o, queue: queue, users: map[client.ObjectKey]reconcile.Request{}}
			for _, u := range []User{user, other} {
				_, _ = c.use(u)
			}
			tc.event(c)
			NewWithT(t).Expect(queue.Len()).To(Equal(tc.want))
		})
	}
}
