// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

const testImage = "localhost/k/manager:1"

func TestComponentsRunTheImageOfTheSeed(t *testing.T) {
	objects := renderTestProvider(t)
	images := map[string]string{}
	for _, name := range []string{"manager", "sidecar"} {
		err := EditContainer(find(t, objects, "Deployment", "manager"), name, func(c map[string]any) {
			images[name] = c["image"].(string)
			if name == "manager" && c["imagePullPolicy"] != "IfNotPresent" {
				t.Errorf("the image would be pulled: %v", c["imagePullPolicy"])
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if images["manager"] != testImage || images["sidecar"] != "upstream/sidecar:1" {
		t.Errorf("got %v", images)
	}
}

func TestVariablesOfClusterctlSurviveRendering(t *testing.T) {
	text, err := deploy.Print(renderTestProvider(t))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "--feature-gates=A=${A:=false}") {
		t.Errorf("no variable in\n%s", text)
	}
}

func TestWithoutCertManagerCertificatesAreIssuedAtRendering(t *testing.T) {
	dir := t.TempDir()
	objects, err := issueCertificates(renderTestProvider(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	secret := find(t, objects, "Secret", "webhook-cert")
	if secret.GetNamespace() != "p-system" || secret.GetLabels()["cluster.x-k8s.io/provider"] != "p" {
		t.Errorf("the Secret is %s with labels %v", secret.GetNamespace(), secret.GetLabels())
	}
	pair, err := tls.X509KeyPair(secretData(t, secret, "tls.crt"), secretData(t, secret, "tls.key"))
	if err != nil {
		t.Fatal(err)
	}

	bundles := map[string]string{}
	webhooks, _, _ := unstructured.NestedSlice(find(t, objects, "ValidatingWebhookConfiguration", "validation").Object, "webhooks")
	for _, webhook := range webhooks {
		w := webhook.(map[string]any)
		bundles[w["name"].(string)], _, _ = unstructured.NestedString(w, "clientConfig", "caBundle")
	}
	crd := find(t, objects, "CustomResourceDefinition", "things.example.com")
	bundles["conversion"], _, _ = unstructured.NestedString(crd.Object, "spec", "conversion", "webhook", "clientConfig", "caBundle")
	for _, consumer := range []string{"a.example.com", "b.example.com", "conversion"} {
		pem, err := base64.StdEncoding.DecodeString(bundles[consumer])
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		for _, name := range []string{"webhook.p-system.svc", "webhook.p-system.svc.cluster.local"} {
			_, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: time.Now().AddDate(20, 0, 0)})
			if err != nil {
				t.Errorf("%s does not trust the certificate for %s in twenty years: %v", consumer, name, err)
			}
		}
	}
	if _, converts, _ := unstructured.NestedMap(find(t, objects, "CustomResourceDefinition", "others.example.com").Object, "spec", "conversion"); converts {
		t.Error("a definition without conversion got one")
	}

	again, err := issueCertificates(renderTestProvider(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(secretData(t, find(t, again, "Secret", "webhook-cert"), "tls.key"), secretData(t, secret, "tls.key")) {
		t.Error("rendering again made another key")
	}
}

func TestAnUnknownCertificateIsAnError(t *testing.T) {
	objects := renderTestProvider(t)
	find(t, objects, "Certificate", "serving-cert").SetName("other")
	if _, err := issueCertificates(objects, t.TempDir()); err == nil || !strings.Contains(err.Error(), "p-system/serving-cert") {
		t.Errorf("got %v", err)
	}
}

func renderTestProvider(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	objects, err := RenderComponents("testdata/provider", testImage)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func secretData(t *testing.T, secret *unstructured.Unstructured, key string) []byte {
	t.Helper()
	encoded, _, _ := unstructured.NestedString(secret.Object, "data", key)
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func find(t *testing.T, objects []*unstructured.Unstructured, kind, name string) *unstructured.Unstructured {
	t.Helper()
	for _, o := range objects {
		if o.GetKind() == kind && o.GetName() == name {
			return o
		}
	}
	t.Fatalf("no %s %s", kind, name)
	return nil
}
