// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

var (
	cluster = client.ObjectKey{Namespace: "ns", Name: "c"}
	owner   = metav1.OwnerReference{
		APIVersion: "controlplane.cluster.x-k8s.io/v1alpha1", Kind: "KubeceptionControlPlane", Name: "c", UID: "uid-1",
	}
)

// server is a management cluster that counts requests and can have a cache that has seen nothing yet.
type server struct {
	client.WithWatch
	reads, creates, otherWrites atomic.Int32
}

func newServer(objects ...client.Object) *server {
	s := &server{}
	s.WithWatch = interceptor.NewClient(fake.NewClientBuilder().WithObjects(objects...).Build(), interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			s.reads.Add(1)
			return c.Get(ctx, key, o, opts...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			s.creates.Add(1)
			return c.Create(ctx, o, opts...)
		},
		Update: func(context.Context, client.WithWatch, client.Object, ...client.UpdateOption) error {
			s.otherWrites.Add(1)
			return errors.New("roots are never updated")
		},
		Patch: func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
			s.otherWrites.Add(1)
			return errors.New("roots are never patched")
		},
		Delete: func(context.Context, client.WithWatch, client.Object, ...client.DeleteOption) error {
			s.otherWrites.Add(1)
			return errors.New("roots are never deleted")
		},
	})
	return s
}

// behindEmptyCache reads through a cache that has not been filled yet.
func (s *server) behindEmptyCache() client.Client {
	return interceptor.NewClient(s.WithWatch, interceptor.Funcs{
		Get: func(_ context.Context, _ client.WithWatch, key client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
			return apierrors.NewNotFound(corev1.Resource("secrets"), key.Name)
		},
	})
}

func (s *server) store() *Store {
	return &Store{Client: s.WithWatch, Live: s.WithWatch, Now: func() time.Time { return now }}
}

func TestEnsureCreatesWhatTheContractAsksFor(t *testing.T) {
	g := NewWithT(t)
	s := newServer()
	r, err := s.store().Ensure(t.Context(), cluster, owner)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(r.Encryption).NotTo(BeEmpty())

	list := &corev1.SecretList{}
	g.Expect(s.List(t.Context(), list, client.InNamespace("ns"))).To(Succeed())
	var names []string
	for _, secret := range list.Items {
		names = append(names, secret.Name)
		g.Expect(secret.Type).To(Equal(clusterv1.ClusterSecretType))
		g.Expect(secret.Labels).To(HaveKeyWithValue(clusterv1.ClusterNameLabel, "c"))
		g.Expect(metav1.GetControllerOf(&secret)).To(HaveField("UID", owner.UID))
	}
	g.Expect(names).To(ConsistOf(RootSecretNames("c")))

	again, err := s.store().Ensure(t.Context(), cluster, owner)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(again).To(Equal(r), "what exists is kept")
	g.Expect(s.creates.Load()).To(BeEquivalentTo(len(names)))

	loaded, err := s.store().Load(t.Context(), cluster, owner)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(loaded).To(Equal(r))
}

func TestManagersThatRaceAgree(t *testing.T) {
	for name, cached := range map[string]func(*server) client.Client{
		"with caches that are up to date":     func(s *server) client.Client { return s.WithWatch },
		"with caches that have seen nothing":  func(s *server) client.Client { return s.behindEmptyCache() },
		"with reads that all precede creates": nil,
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			const managers = 8
			s := newServer()
			live := client.Reader(s.WithWatch)
			if cached == nil {
				cached = func(s *server) client.Client { return s.behindEmptyCache() }
				live = &readersMeet{Reader: s.WithWatch, first: managers * len(RootNames()), met: make(chan struct{})}
			}
			results := make([]*Roots, managers)
			errs := make([]error, managers)
			var group sync.WaitGroup
			for i := range managers {
				group.Go(func() {
					store := &Store{Client: cached(s), Live: live, Now: func() time.Time { return now }}
					results[i], errs[i] = store.Ensure(t.Context(), cluster, owner)
				})
			}
			group.Wait()
			for i := range managers {
				g.Expect(errs[i]).NotTo(HaveOccurred())
				g.Expect(results[i]).To(Equal(results[0]))
			}
			g.Expect(s.otherWrites.Load()).To(BeZero())
		})
	}
}

// readersMeet answers the first reads with "not found", and only once all of them have been asked.
type readersMeet struct {
	client.Reader
	first int
	asked atomic.Int32
	met   chan struct{}
}

func (r *readersMeet) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	n := int(r.asked.Add(1))
	if n > r.first {
		return r.Reader.Get(ctx, key, o, opts...)
	}
	if n == r.first {
		close(r.met)
	}
	<-r.met
	return apierrors.NewNotFound(corev1.Resource("secrets"), key.Name)
}

func TestExistingSecrets(t *testing.T) {
	user := newUserCA(t, nil, nil)
	secret := func(change func(*corev1.Secret)) *corev1.Secret {
		s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "c-ca-client"}, Data: user.pem}
		if change != nil {
			change(s)
		}
		return s
	}
	cases := map[string]struct {
		existing    *corev1.Secret
		wantReason  RootErrorReason // empty: used as it is
		wantProblem string
	}{
		"a user's Secret without owner, label or type is used": {existing: secret(nil)},
		"a Secret kept by another controller is used": {existing: secret(func(s *corev1.Secret) {
			s.OwnerReferences = []metav1.OwnerReference{{
				APIVersion: "external-secrets.io/v1", Kind: "ExternalSecret", Name: "x", UID: "x", Controller: ptr.To(true),
			}}
		})},
		"our own Secret is used": {existing: secret(func(s *corev1.Secret) {
			o := owner
			o.Controller = ptr.To(true)
			s.OwnerReferences = []metav1.OwnerReference{o}
		})},
		"a predecessor's Secret is not used": {
			existing: secret(func(s *corev1.Secret) {
				o := owner
				o.UID, o.Controller = "uid-0", ptr.To(true)
				s.OwnerReferences = []metav1.OwnerReference{o}
			}),
			wantReason: RootForeign, wantProblem: "it belongs to another KubeceptionControlPlane, c with UID uid-0",
		},
		"the cluster CA of Cluster c-client is not used": {
			existing:   secret(func(s *corev1.Secret) { s.Labels = map[string]string{clusterv1.ClusterNameLabel: "c-client"} }),
			wantReason: RootForeign, wantProblem: "it belongs to Cluster c-client",
		},
		"a Secret that is being deleted is not used": {
			existing: secret(func(s *corev1.Secret) {
				s.DeletionTimestamp, s.Finalizers = ptr.To(metav1.NewTime(now)), []string{"example.com/hold"}
			}),
			wantReason: RootDeleting, wantProblem: "it is being deleted",
		},
		"a user's Secret without a key is an error and stays": {
			existing:   secret(func(s *corev1.Secret) { s.Data = without(user.pem, PrivateKeyData) }),
			wantReason: RootInvalid, wantProblem: "it has no tls.key",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s := newServer(c.existing)
			before := get(t, s, "c-ca-client")
			r, err := s.store().Ensure(t.Context(), cluster, owner)
			if c.wantReason == "" {
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(r.Client.Certificate.Equal(user.crt)).To(BeTrue())
			} else {
				expectRootError(g, err, "c-ca-client", c.wantReason, c.wantProblem)
			}
			g.Expect(get(t, s, "c-ca-client")).To(Equal(before))
			g.Expect(s.otherWrites.Load()).To(BeZero())
		})
	}
}

func TestAGeneratedSecretIsGivenItsOwnerBack(t *testing.T) {
	user := newUserCA(t, nil, nil)
	supplied := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
		Namespace: "ns", Name: "c-ca-client", Labels: map[string]string{clusterv1.ClusterNameLabel: "c"},
	}, Type: clusterv1.ClusterSecretType, Data: user.pem}
	g := NewWithT(t)
	c := fake.NewClientBuilder().WithObjects(supplied).Build()
	store := &Store{Client: c, Live: c, Now: func() time.Time { return now }}
	made, err := store.Ensure(t.Context(), cluster, owner)
	g.Expect(err).NotTo(HaveOccurred())
	for _, name := range RootSecretNames("c") {
		secret := get(t, c, name)
		secret.OwnerReferences = nil // As a restored backup is.
		g.Expect(c.Update(t.Context(), secret)).To(Succeed())
	}
	loaded, err := store.Load(t.Context(), cluster, owner)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(loaded).To(Equal(made))
	for _, name := range RootSecretNames("c") {
		controller := metav1.GetControllerOf(get(t, c, name))
		if name == supplied.Name {
			g.Expect(controller).To(BeNil(), "what a user supplied has no owner")
			continue
		}
		g.Expect(controller).To(HaveField("UID", owner.UID), name)
	}
}

func TestLoadGeneratesNothing(t *testing.T) {
	g := NewWithT(t)
	s := newServer()
	_, err := s.store().Load(t.Context(), cluster, owner)
	expectRootError(g, err, "c-ca", RootMissing, "it does not exist")
	g.Expect(err).To(MatchError(ContainSubstring("Secret c-encryption: it does not exist; restore it from a backup")))
	g.Expect(s.creates.Load()).To(BeZero())
}

func TestAFilledCacheSparesTheServer(t *testing.T) {
	g := NewWithT(t)
	cache, live := newServer(), newServer()
	_, err := cache.store().Ensure(t.Context(), cluster, owner)
	g.Expect(err).NotTo(HaveOccurred())
	_, err = (&Store{Client: cache.WithWatch, Live: live.WithWatch, Now: func() time.Time { return now }}).Ensure(t.Context(), cluster, owner)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(live.reads.Load()).To(BeZero())
}

func TestServerErrorsAreNotRootErrors(t *testing.T) {
	down := errors.New("connection refused")
	foreign := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{
		Namespace: "ns", Name: "c-etcd", Labels: map[string]string{clusterv1.ClusterNameLabel: "other"},
	}}
	for name, funcs := range map[string]interceptor.Funcs{
		"when reads fail": {Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
			return down
		}},
		"when creates fail": {Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return down }},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			c := interceptor.NewClient(fake.NewClientBuilder().WithObjects(foreign).Build(), funcs)
			_, err := (&Store{Client: c, Live: c}).Ensure(t.Context(), cluster, owner)
			g.Expect(err).To(MatchError(down))
			var rootError *RootError
			g.Expect(errors.As(err, &rootError)).To(BeFalse())
		})
	}
}

func get(t testing.TB, c client.Reader, name string) *corev1.Secret {
	t.Helper()
	secret := &corev1.Secret{}
	if err := c.Get(t.Context(), client.ObjectKey{Namespace: "ns", Name: name}, secret); err != nil {
		t.Fatal(err)
	}
	return secret
}
