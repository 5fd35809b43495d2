// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	certutil "k8s.io/client-go/util/cert"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// certificate makes and renews the certificate of the webhook server and makes the webhook configurations trust it.
// All instances of a manager share it through a Secret. It is served from memory: libraries for this mount the
// Secret, and a new installation would wait a minute for the kubelet to notice its first content.
type certificate struct {
	secret     client.ObjectKey
	host       string
	validating []string
	mutating   []string
	apis       []string
	client     client.Client
	live       client.Reader

	current atomic.Pointer[tls.Certificate]
}

const (
	// certificateValidity is what the library issues; half of it is left for a renewal to succeed.
	certificateValidity = 365 * 24 * time.Hour
	// certificatePeriod is the time between two looks, which also repair webhook configurations.
	certificatePeriod = 10 * time.Minute
	// certificateRetryPeriod is the time between two attempts after a failure.
	certificateRetryPeriod = 2 * time.Second
	// caBundleKey is the key of the trusted certificates in the Secret.
	caBundleKey = "ca.crt"
)

// NeedLeaderElection lets every instance serve.
func (c *certificate) NeedLeaderElection() bool { return false }

// Start keeps the certificate until the manager stops.
func (c *certificate) Start(ctx context.Context) error {
	log := ctrl.Log.WithName("webhook-certificate")
	for ctx.Err() == nil {
		period := certificatePeriod
		if err := c.ensure(ctx, time.Now()); err != nil {
			log.Info("Retrying", "reason", err.Error())
			period = certificateRetryPeriod
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait.Jitter(period, 0.1)):
		}
	}
	return nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if current := c.current.Load(); current != nil {
		return current, nil
	}
	return nil, errors.New("the webhook certificate is being made")
}

func (c *certificate) check(*http.Request) error {
	_, err := c.get(nil)
	return err
}

func (c *certificate) ensure(ctx context.Context, now time.Time) error {
	secret, err := c.ensureSecret(ctx, now)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey])
	if err != nil {
		return fmt.Errorf("read Secret %s: %w", c.secret, err)
	}
	// A new certificate is trusted before it is served; without any, serving comes first.
	c.current.CompareAndSwap(nil, &pair)
	if err := c.trustAll(ctx, secret.Data[caBundleKey]); err != nil {
		return err
	}
	c.current.Store(&pair)
	return nil
}

func (c *certificate) ensureSecret(ctx context.Context, now time.Time) (*corev1.Secret, error) {
	secret := &corev1.Secret{}
	err := c.live.Get(ctx, c.secret, secret)
	switch {
	case apierrors.IsNotFound(err):
		secret.Namespace, secret.Name, secret.Type = c.secret.Namespace, c.secret.Name, corev1.SecretTypeTLS
		if err := c.issue(secret); err != nil {
			return nil, err
		}
		if err := c.client.Create(ctx, secret); err != nil {
			return nil, fmt.Errorf("create Secret %s: %w", c.secret, err) // Another instance was faster.
		}
	case err != nil:
		return nil, fmt.Errorf("get Secret %s: %w", c.secret, err)
	case expiring(secret.Data, now):
		if err := c.issue(secret); err != nil {
			return nil, err
		}
		if err := c.client.Update(ctx, secret); err != nil {
			return nil, fmt.Errorf("update Secret %s: %w", c.secret, err) // Another instance was faster.
		}
	}
	return secret, nil
}

// issue puts a new certificate into the Secret. The one that other instances still serve stays trusted.
func (c *certificate) issue(secret *corev1.Secret) error {
	crt, key, err := certutil.GenerateSelfSignedCertKey(c.host, nil, nil)
	if err != nil {
		return fmt.Errorf("make the webhook certificate: %w", err)
	}
	bundle := append(bytes.Clone(crt), secret.Data[corev1.TLSCertKey]...)
	secret.Data = map[string][]byte{corev1.TLSCertKey: crt, corev1.TLSPrivateKeyKey: key, caBundleKey: bundle}
	return nil
}

// expiring reports whether a certificate is past half of its life, or damaged.
func expiring(data map[string][]byte, now time.Time) bool {
	pair, err := tls.X509KeyPair(data[corev1.TLSCertKey], data[corev1.TLSPrivateKeyKey])
	if err != nil || !bytes.Contains(data[caBundleKey], data[corev1.TLSCertKey]) {
		return true
	}
	return now.After(pair.Leaf.NotAfter.Add(-certificateValidity / 2))
}

// trustAll puts the bundle into every webhook of every configuration.
func (c *certificate) trustAll(ctx context.Context, bundle []byte) error {
	for _, name := range c.validating {
		configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if err := c.trust(ctx, "ValidatingWebhookConfiguration", configuration, bundle); err != nil {
			return err
		}
	}
	for _, name := range c.mutating {
		configuration := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if err := c.trust(ctx, "MutatingWebhookConfiguration", configuration, bundle); err != nil {
			return err
		}
	}
	for _, name := range c.apis {
		if err := c.trustOfAPIService(ctx, name, bundle); err != nil {
			return err
		}
	}
	return nil
}

// trustOfAPIService puts the bundle into an APIService, whose type comes with much else.
func (c *certificate) trustOfAPIService(ctx context.Context, name string, bundle []byte) error {
	service := &unstructured.Unstructured{}
	service.SetGroupVersionKind(schema.GroupVersionKind{Group: "apiregistration.k8s.io", Version: "v1", Kind: "APIService"})
	if err := c.live.Get(ctx, client.ObjectKey{Name: name}, service); err != nil {
		return fmt.Errorf("get APIService %s: %w", name, err)
	}
	before, wanted := service.DeepCopy(), base64.StdEncoding.EncodeToString(bundle)
	if current, _, _ := unstructured.NestedString(service.Object, "spec", "caBundle"); current == wanted {
		return nil
	}
	if err := unstructured.SetNestedField(service.Object, wanted, "spec", "caBundle"); err != nil {
		return fmt.Errorf("change APIService %s: %w", name, err)
	}
	if err := c.client.Patch(ctx, service, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("patch APIService %s: %w", name, err)
	}
	return nil
}

func (c *certificate) trust(ctx context.Context, kind string, configuration client.Object, bundle []byte) error {
	if err := c.live.Get(ctx, client.ObjectKeyFromObject(configuration), configuration); err != nil {
		return fmt.Errorf("get %s %s: %w", kind, configuration.GetName(), err)
	}
	before, ok := configuration.DeepCopyObject().(client.Object)
	if !ok {
		return fmt.Errorf("copy %s %s: %T is not an object", kind, configuration.GetName(), configuration)
	}
	changed := false
	for _, called := range clientConfigs(configuration) {
		changed = changed || !bytes.Equal(called.CABundle, bundle)
		called.CABundle = bundle
	}
	if !changed {
		return nil
	}
	if err := c.client.Patch(ctx, configuration, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("patch %s %s: %w", kind, configuration.GetName(), err)
	}
	return nil
}

// clientConfigs are what the webhooks of a configuration call.
func clientConfigs(configuration client.Object) []*admissionregistrationv1.WebhookClientConfig {
	var out []*admissionregistrationv1.WebhookClientConfig
	switch configuration := configuration.(type) {
	case *admissionregistrationv1.ValidatingWebhookConfiguration:
		for i := range configuration.Webhooks {
			out = append(out, &configuration.Webhooks[i].ClientConfig)
		}
	case *admissionregistrationv1.MutatingWebhookConfiguration:
		for i := range configuration.Webhooks {
			out = append(out, &configuration.Webhooks[i].ClientConfig)
		}
	}
	return out
}
