// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"encoding/base64"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/cert"
)

const injectAnnotation = "cert-manager.io/inject-ca-from"

// issueCertificates stands in for cert-manager: it appends the Secret of every
// Certificate among objects and fills the CA bundles of all objects that are
// annotated to receive them. Certificates are self-signed, whatever their
// issuer, valid for a century, and kept in dir so that rendering again gives
// the same ones.
func issueCertificates(objects []*unstructured.Unstructured, dir string) ([]*unstructured.Unstructured, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	bundles := map[string][]byte{} // by namespace/name of the Certificate
	issued := objects
	for _, object := range objects {
		if object.GetKind() != "Certificate" || object.GroupVersionKind().Group != "cert-manager.io" {
			continue
		}
		secret, bundle, err := issue(object, dir)
		if err != nil {
			return nil, fmt.Errorf("certificate %s/%s: %w", object.GetNamespace(), object.GetName(), err)
		}
		bundles[object.GetNamespace()+"/"+object.GetName()] = bundle
		issued = append(issued, secret)
	}
	for _, object := range objects {
		wanted := object.GetAnnotations()[injectAnnotation]
		if wanted == "" {
			continue
		}
		bundle, ok := bundles[wanted]
		if !ok {
			return nil, fmt.Errorf("%s %s asks for the authority of %s, which is not among its components",
				object.GetKind(), object.GetName(), wanted)
		}
		if err := injectBundle(object, base64.StdEncoding.EncodeToString(bundle)); err != nil {
			return nil, fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	return issued, nil
}

// issue returns the Secret of a Certificate and the authority to trust it by.
func issue(certificate *unstructured.Unstructured, dir string) (*unstructured.Unstructured, []byte, error) {
	names, _, err := unstructured.NestedStringSlice(certificate.Object, "spec", "dnsNames")
	if err != nil {
		return nil, nil, err
	}
	secretName, _, err := unstructured.NestedString(certificate.Object, "spec", "secretName")
	if err != nil {
		return nil, nil, err
	}
	if len(names) == 0 || secretName == "" {
		return nil, nil, fmt.Errorf("spec.dnsNames and spec.secretName are required")
	}
	// The first file holds the certificate and, after it, its authority.
	chain, key, err := cert.GenerateSelfSignedCertKeyWithOptions(cert.SelfSignedCertKeyOptions{
		Host: names[0], AlternateDNS: names[1:], FixtureDirectory: dir,
	})
	if err != nil {
		return nil, nil, err
	}
	encode := base64.StdEncoding.EncodeToString
	secret := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1",
		"kind":       "Secret",
		"metadata":   map[string]any{"namespace": certificate.GetNamespace(), "name": secretName},
		"type":       "kubernetes.io/tls",
		"data":       map[string]any{"tls.crt": encode(chain), "tls.key": encode(key), "ca.crt": encode(chain)},
	}}
	secret.SetLabels(certificate.GetLabels())
	return secret, chain, nil
}

// injectBundle writes bundle wherever the object tells the API server whom to trust.
func injectBundle(object *unstructured.Unstructured, bundle string) error {
	switch object.GetKind() {
	case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration":
		webhooks, _, err := unstructured.NestedSlice(object.Object, "webhooks")
		if err != nil {
			return err
		}
		for _, webhook := range webhooks {
			if err := unstructured.SetNestedField(webhook.(map[string]any), bundle, "clientConfig", "caBundle"); err != nil {
				return err
			}
		}
		return unstructured.SetNestedSlice(object.Object, webhooks, "webhooks")
	case "CustomResourceDefinition":
		if _, converts, _ := unstructured.NestedMap(object.Object, "spec", "conversion", "webhook"); !converts {
			return nil // annotated all the same by Cluster API's kustomization
		}
		return unstructured.SetNestedField(object.Object, bundle, "spec", "conversion", "webhook", "clientConfig", "caBundle")
	default:
		return fmt.Errorf("the stand-in cannot inject an authority here")
	}
}
