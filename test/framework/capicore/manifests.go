// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capicore

import (
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/capi"
)

// manifests are what a test needs of a provider's installation.
type manifests struct {
	crds       []*apiextensionsv1.CustomResourceDefinition
	mutating   []*admissionregistrationv1.MutatingWebhookConfiguration
	validating []*admissionregistrationv1.ValidatingWebhookConfiguration
}

func readManifests(folder string) (*manifests, error) {
	objects, err := capi.RenderComponents(folder, "unused")
	if err != nil {
		return nil, err
	}
	m := &manifests{}
	for _, object := range objects {
		switch object.GetKind() {
		case "CustomResourceDefinition":
			err = add(&m.crds, object)
		case "MutatingWebhookConfiguration":
			err = add(&m.mutating, object)
		case "ValidatingWebhookConfiguration":
			err = add(&m.validating, object)
		}
		if err != nil {
			return nil, fmt.Errorf("decode %s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
	return m, nil
}

func add[T any](list *[]*T, object *unstructured.Unstructured) error {
	typed := new(T)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed); err != nil {
		return err
	}
	*list = append(*list, typed)
	return nil
}

// convertAt has the CRDs converted by a webhook server outside the cluster.
func (m *manifests) convertAt(address string, bundle []byte) {
	url := "https://" + address + "/convert"
	for _, crd := range m.crds {
		if crd.Spec.Conversion == nil || crd.Spec.Conversion.Webhook == nil {
			continue
		}
		crd.Spec.Conversion.Webhook.ClientConfig = &apiextensionsv1.WebhookClientConfig{URL: &url, CABundle: bundle}
	}
}
