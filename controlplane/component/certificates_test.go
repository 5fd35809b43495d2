// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/pki"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/wiring"
)

func TestCertificatesAreIssuedOnceAndRenewedInTime(t *testing.T) {
	s := newSeed(t)
	leaf := pki.Leaf{SecretName: "tls", Authority: pki.ClusterCA, CommonName: "x", DNSNames: []string{"x"}, ServerAuth: true}
	a := example{name: "a", render: func(*Input) (Objects, error) { return Objects{Certificates: []pki.Leaf{leaf}}, nil }}
	key := client.ObjectKey{Namespace: "team--c", Name: "tls"}
	first, second := &corev1.Secret{}, &corev1.Secret{}

	report := s.reconcile(exampleInput(), a)
	s.Expect(s.Get(ctx, key, first)).To(Succeed())
	s.Expect(first.Type).To(Equal(corev1.SecretTypeTLS))
	s.Expect(first.Labels).To(HaveKeyWithValue(wiring.LabelComponent, "a"))
	s.Expect(report.Certificates).To(HaveLen(1))
	s.Expect(report.NextCheck).To(BeNumerically("~", 60*24*time.Hour, 24*time.Hour), "two thirds of its lifetime")

	s.reconcileAt(now.Add(report.NextCheck-time.Hour), exampleInput(), a)
	s.Expect(s.writes).To(BeZero())

	report = s.reconcileAt(now.Add(report.NextCheck+time.Hour), exampleInput(), a)
	s.Expect(s.writes).To(Equal(1))
	c, _ := report.Component("a")
	s.Expect(c.Changes[0].Result).To(Equal(Issued))
	s.Expect(c.Changes[0].Reason).To(ContainSubstring("expires at"))
	s.Expect(s.Get(ctx, key, second)).To(Succeed())
	s.Expect(second.Data).NotTo(Equal(first.Data))
}

func TestAProcessThatReadsItsCertificateOnceIsRestarted(t *testing.T) {
	s := newSeed(t)
	once := false
	a := example{name: "a", render: func(*Input) (Objects, error) {
		objects := workload("a", "content", 1)
		objects.Certificates = []pki.Leaf{{
			SecretName: "tls", Authority: pki.ClusterCA, CommonName: "x", DNSNames: []string{"x"}, ServerAuth: true, ReadOnce: once,
		}}
		return objects, nil
	}}
	restarts := func(at time.Time) string {
		s.Helper()
		s.reconcileAt(at, exampleInput(), a)
		d := &appsv1.Deployment{}
		s.Expect(s.Get(ctx, client.ObjectKey{Namespace: "team--c", Name: "a"}, d)).To(Succeed())
		return d.Spec.Template.Annotations[AnnotationCertificate+"tls"]
	}
	s.Expect(restarts(now)).To(BeEmpty())
	once = true
	first := restarts(now)
	s.Expect(first).NotTo(BeEmpty())
	s.Expect(restarts(now.Add(24 * time.Hour))).To(Equal(first))
	s.Expect(restarts(now.Add(80 * 24 * time.Hour))).NotTo(Equal(first))
}

func TestACacheThatIsBehindLeadsToNoSecondCertificate(t *testing.T) {
	s := newSeed(t)
	leaf := pki.Leaf{SecretName: "tls", Authority: pki.ClusterCA, CommonName: "x", DNSNames: []string{"x"}, ServerAuth: true}
	a := example{name: "a", render: func(*Input) (Objects, error) { return Objects{Certificates: []pki.Leaf{leaf}}, nil }}
	s.reconcile(exampleInput(), a)
	before := &corev1.Secret{}
	key := client.ObjectKey{Namespace: "team--c", Name: "tls"}
	s.Expect(s.Get(ctx, key, before)).To(Succeed())

	behind := interceptor.NewClient(s.Client.(client.WithWatch), interceptor.Funcs{
		Get: func(_ context.Context, _ client.WithWatch, key client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
			return apierrors.NewNotFound(schema.GroupResource{Resource: "secrets"}, key.Name)
		},
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error { return nil },
	})
	s.engine = &Engine{Client: behind, APIReader: s.Client}
	s.reconcile(exampleInput(), a)
	after := &corev1.Secret{}
	s.Expect(s.Get(ctx, key, after)).To(Succeed())
	s.Expect(after.Data).To(Equal(before.Data))
}
