// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package envtest

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// Folders of manifests as users install them, below config/<provider>/base: generated, then completed by kustomize.
const (
	crdFolder     = "crd"
	webhookFolder = "webhook"
)

// CRDs returns the CRDs of this project as users install them.
func CRDs() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	crds, err := build[apiextensionsv1.CustomResourceDefinition](crdFolder)
	return slices.Concat(slices.Collect(maps.Values(crds))...), err
}

func webhooks() ([]*admissionregistrationv1.ValidatingWebhookConfiguration, error) {
	configurations, err := build[admissionregistrationv1.ValidatingWebhookConfiguration](webhookFolder)
	var out []*admissionregistrationv1.ValidatingWebhookConfiguration
	for provider, list := range configurations {
		for _, configuration := range list {
			configuration.Name = provider + "-" + configuration.Name // As the overlay of the provider does.
			out = append(out, configuration)
		}
	}
	return out, err
}

// build returns the objects of a kustomization, all of one kind, by provider.
func build[T any](folder string) (map[string][]*T, error) {
	root, err := (&parts.Builder{}).CheckoutDir()
	if err != nil {
		return nil, err
	}
	bases, err := filepath.Glob(filepath.Join(root, "config", "*", "base", folder))
	if err != nil || len(bases) == 0 {
		return nil, fmt.Errorf("find the folders %s: %w", folder, err)
	}
	out := map[string][]*T{}
	for _, base := range bases {
		provider := filepath.Base(filepath.Dir(filepath.Dir(base)))
		if out[provider], err = buildFolder[T](base); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// buildFolder returns the objects of a kustomization, all of one kind.
func buildFolder[T any](folder string) ([]*T, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", folder, err)
	}
	var out []*T
	for _, resource := range resources.Resources() {
		manifest, err := resource.AsYAML()
		if err != nil {
			return nil, fmt.Errorf("render %s: %w", resource.GetName(), err)
		}
		object := new(T)
		if err := yaml.UnmarshalStrict(manifest, object); err != nil {
			return nil, fmt.Errorf("decode %s: %w", resource.GetName(), err)
		}
		out = append(out, object)
	}
	return out, nil
}
