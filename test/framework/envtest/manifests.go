// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package envtest

import (
	"fmt"
	"path/filepath"

	druidcrds "github.com/gardener/etcd-druid/api/core/v1alpha1/crds"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// CRDs returns the CRDs of all providers as users install them.
func CRDs() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	var all []*apiextensionsv1.CustomResourceDefinition
	err := eachProvider("crd", func(_, folder string) error {
		crds, err := build[apiextensionsv1.CustomResourceDefinition](folder)
		all = append(all, crds...)
		return err
	})
	return all, err
}

// DruidCRDs returns the CRDs of etcd-druid, which a cluster needs to be a seed.
func DruidCRDs() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	// The version chooses between CRDs with CEL, from 1.29 on, and without.
	texts, err := druidcrds.GetAll("1.36.0")
	if err != nil {
		return nil, fmt.Errorf("read the CRDs of etcd-druid: %w", err)
	}
	var all []*apiextensionsv1.CustomResourceDefinition
	for name, text := range texts {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal([]byte(text), crd); err != nil {
			return nil, fmt.Errorf("read CRD %s: %w", name, err)
		}
		all = append(all, crd)
	}
	return all, nil
}

// webhooks puts the webhook configurations of all providers, named apart as their overlays name them, into what is installed.
func webhooks(options *envtest.WebhookInstallOptions) error {
	return eachProvider("webhook", func(provider, folder string) error {
		objects, err := build[unstructured.Unstructured](folder)
		if err != nil {
			return err
		}
		for _, object := range objects {
			object.SetName(provider + "-" + object.GetName())
			switch object.GetKind() {
			case "MutatingWebhookConfiguration":
				configuration := &admissionregistrationv1.MutatingWebhookConfiguration{}
				err = runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, configuration)
				options.MutatingWebhooks = append(options.MutatingWebhooks, configuration)
			default:
				configuration := &admissionregistrationv1.ValidatingWebhookConfiguration{}
				err = runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, configuration)
				options.ValidatingWebhooks = append(options.ValidatingWebhooks, configuration)
			}
			if err != nil {
				return fmt.Errorf("decode %s: %w", object.GetName(), err)
			}
		}
		return nil
	})
}

// eachProvider visits a folder of generated manifests, completed by kustomize, of every provider.
func eachProvider(name string, visit func(provider, folder string) error) error {
	root, err := (&parts.Builder{}).CheckoutDir()
	if err != nil {
		return err
	}
	folders, err := filepath.Glob(filepath.Join(root, "config", "*", "base", name))
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if err := visit(filepath.Base(filepath.Dir(filepath.Dir(folder))), folder); err != nil {
			return err
		}
	}
	return nil
}

// build returns the objects of a kustomization, all of one kind.
func build[T any](folder string) ([]*T, error) {
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
