// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

const (
	configurationName = "webhooks"
	host              = "webhook.system.svc"
)

var secretKey = client.ObjectKey{Namespace: "system", Name: "webhook-cert"}

// newCluster has a configuration with two webhooks, of which nobody has set the trusted certificates.
func newCluster() client.Client {
	return fake.NewClientBuilder().WithObjects(&admissionregistrationv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: configurationName},
		Webhooks:   []admissionregistrationv1.ValidatingWebhook{{Name: "a.example.com"}, {Name: "b.example.com"}},
	}, &admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: configurationName},
		Webhooks:   []admissionregistrationv1.MutatingWebhook{{Name: "c.example.com"}},
	}).Build()
}

func newInstance(c client.Client) *certificate {
	return &certificate{secret: secretKey, host: host, validating: []string{configurationName}, mutating: []string{configurationName}, client: c, live: c}
}

func served(g Gomega, instance *certificate) *x509.Certificate {
	pair, err := instance.get(nil)
	g.Expect(err).NotTo(HaveOccurred())
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	g.Expect(err).NotTo(HaveOccurred())
	return leaf
}

// bundle is what every webhook of the configuration trusts.
func bundle(t *testing.T, g Gomega, c client.Client) []byte {
	t.Helper()
	configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	g.Expect(c.Get(t.Context(), client.ObjectKey{Name: configurationName}, configuration)).To(Succeed())
	g.Expect(configuration.Webhooks).To(HaveEach(HaveField("ClientConfig.CABundle", configuration.Webhooks[0].ClientConfig.CABundle)))
	mutating := &admissionregistrationv1.MutatingWebhookConfiguration{}
	g.Expect(c.Get(t.Context(), client.ObjectKey{Name: configurationName}, mutating)).To(Succeed())
	g.Expect(mutating.Webhooks[0].ClientConfig.CABundle).To(Equal(configuration.Webhooks[0].ClientConfig.CABundle))
	return configuration.Webhooks[0].ClientConfig.CABundle
}

func expectTrusted(t *testing.T, g Gomega, c client.Client, leaf *x509.Certificate) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(bundle(t, g, c))
	_, err := leaf.Verify(x509.VerifyOptions{Roots: pool, Intermediates: pool, DNSName: host})
	g.Expect(err).NotTo(HaveOccurred())
}

func secretOf(t *testing.T, g Gomega, c client.Client) *corev1.Secret {
	t.Helper()
	secret := &corev1.Secret{}
	g.Expect(c.Get(t.Context(), secretKey, secret)).To(Succeed())
	return secret
}

func TestACertificateIsIssuedServedAndTrusted(t *testing.T) {
	g := NewWithT(t)
	c := newCluster()
	instance := newInstance(c)
	g.Expect(instance.check(nil)).To(MatchError(ContainSubstring("is being made")), "not ready before")
	g.Expect(instance.ensure(t.Context(), time.Now())).To(Succeed())
	g.Expect(instance.check(nil)).To(Succeed())
	expectTrusted(t, g, c, served(g, instance))
	g.Expect(secretOf(t, g, c).Type).To(Equal(corev1.SecretTypeTLS))

	before := secretOf(t, g, c).ResourceVersion
	g.Expect(instance.ensure(t.Context(), time.Now())).To(Succeed())
	g.Expect(secretOf(t, g, c).ResourceVersion).To(Equal(before), "a second look writes nothing")
}

func TestARenewalAtHalfOfTheLifeKeepsThePreviousOneTrusted(t *testing.T) {
	g := NewWithT(t)
	c := newCluster()
	renewing, lagging := newInstance(c), newInstance(c)
	g.Expect(renewing.ensure(t.Context(), time.Now())).To(Succeed())
	g.Expect(lagging.ensure(t.Context(), time.Now())).To(Succeed())
	first := served(g, renewing)
	g.Expect(served(g, lagging)).To(Equal(first), "instances share one")

	g.Expect(renewing.ensure(t.Context(), time.Now().Add(certificateValidity/2-2*time.Hour))).To(Succeed())
	g.Expect(served(g, renewing)).To(Equal(first), "not before half of its life")
	g.Expect(renewing.ensure(t.Context(), time.Now().Add(certificateValidity/2))).To(Succeed())
	g.Expect(served(g, renewing)).NotTo(Equal(first))
	expectTrusted(t, g, c, served(g, renewing))
	expectTrusted(t, g, c, served(g, lagging))

	g.Expect(lagging.ensure(t.Context(), time.Now())).To(Succeed())
	g.Expect(served(g, lagging)).To(Equal(served(g, renewing)))
}

func TestOfTwoInstancesThatStartTogetherOneWins(t *testing.T) {
	g := NewWithT(t)
	c := newCluster()
	slow, fast := newInstance(c), newInstance(c)
	slow.live = blind{c} // It looked before the other one wrote.
	g.Expect(fast.ensure(t.Context(), time.Now())).To(Succeed())
	g.Expect(slow.ensure(t.Context(), time.Now())).To(MatchError(ContainSubstring("already exists")))
	slow.live = c
	g.Expect(slow.ensure(t.Context(), time.Now())).To(Succeed())
	g.Expect(served(g, slow)).To(Equal(served(g, fast)))
	expectTrusted(t, g, c, served(g, slow))
}

// blind sees no Secret.
type blind struct{ client.Client }

func (b blind) Get(ctx context.Context, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
	if _, isSecret := object.(*corev1.Secret); isSecret {
		return apierrors.NewNotFound(schema.GroupResource{Resource: "secrets"}, key.Name)
	}
	return b.Client.Get(ctx, key, object, options...)
}

func TestOfTwoInstancesThatRenewTogetherOneWins(t *testing.T) {
	g := NewWithT(t)
	c := newCluster()
	slow, fast := newInstance(c), newInstance(c)
	g.Expect(slow.ensure(t.Context(), time.Now())).To(Succeed())
	stale := secretOf(t, g, c)
	late := time.Now().Add(certificateValidity/2 + time.Hour)
	g.Expect(fast.ensure(t.Context(), late)).To(Succeed())
	g.Expect(slow.issue(stale)).To(Succeed())
	g.Expect(c.Update(t.Context(), stale)).To(MatchError(ContainSubstring("modified")), "the slower one cannot overwrite")
	g.Expect(slow.ensure(t.Context(), time.Now())).To(Succeed())
	g.Expect(served(g, slow)).To(Equal(served(g, fast)))
}

func TestDamageIsRepaired(t *testing.T) {
	cases := map[string]func(secret *corev1.Secret){
		"a certificate that is none":          func(s *corev1.Secret) { s.Data[corev1.TLSCertKey] = []byte("none") },
		"a key that is none":                  func(s *corev1.Secret) { s.Data[corev1.TLSPrivateKeyKey] = []byte("none") },
		"trusted certificates that are gone":  func(s *corev1.Secret) { delete(s.Data, caBundleKey) },
		"no data at all":                      func(s *corev1.Secret) { s.Data = nil },
		"trusted certificates of another one": func(s *corev1.Secret) { s.Data[caBundleKey] = []byte("another") },
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			c := newCluster()
			instance := newInstance(c)
			g.Expect(instance.ensure(t.Context(), time.Now())).To(Succeed())
			secret := secretOf(t, g, c)
			damage(secret)
			g.Expect(c.Update(t.Context(), secret)).To(Succeed())
			g.Expect(instance.ensure(t.Context(), time.Now())).To(Succeed())
			_, err := tls.X509KeyPair(secretOf(t, g, c).Data[corev1.TLSCertKey], secretOf(t, g, c).Data[corev1.TLSPrivateKeyKey])
			g.Expect(err).NotTo(HaveOccurred())
			expectTrusted(t, g, c, served(g, instance))
		})
	}
}

func TestAWebhookConfigurationThatWasAppliedAnewIsRepaired(t *testing.T) {
	g := NewWithT(t)
	c := newCluster()
	instance := newInstance(c)
	g.Expect(instance.ensure(t.Context(), time.Now())).To(Succeed())
	configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	g.Expect(c.Get(t.Context(), client.ObjectKey{Name: configurationName}, configuration)).To(Succeed())
	configuration.Webhooks[1].ClientConfig.CABundle = nil
	g.Expect(c.Update(t.Context(), configuration)).To(Succeed())
	g.Expect(instance.ensure(t.Context(), time.Now())).To(Succeed())
	expectTrusted(t, g, c, served(g, instance))
}

func TestACertificateIsNotServedBeforeItIsTrusted(t *testing.T) {
	g := NewWithT(t)
	c := newCluster()
	instance := newInstance(c)
	g.Expect(instance.ensure(t.Context(), time.Now())).To(Succeed())
	first := served(g, instance)
	g.Expect(c.Delete(t.Context(), &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: configurationName}})).To(Succeed())
	late := time.Now().Add(certificateValidity/2 + time.Hour)
	g.Expect(instance.ensure(t.Context(), late)).To(MatchError(ContainSubstring("get ValidatingWebhookConfiguration " + configurationName)))
	g.Expect(served(g, instance)).To(Equal(first))
	g.Expect(bytes.Count(secretOf(t, g, c).Data[caBundleKey], []byte("BEGIN CERTIFICATE"))).To(Equal(4), "two, each with its authority")
}
