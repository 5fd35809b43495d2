// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package envtest

import (
	"fmt"
	"path/filepath"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// Folders of manifests as users install them: generated, then completed by kustomize.
const (
	crdFolder     = "config/controlplane/base/crd"
	webhookFolder = "config/controlplane/base/webhook"
)

// CRDs returns the CRDs of this project as users install them.
func CRDs() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	return build[apiextensionsv1.CustomResourceDefinition](crdFolder)
}

func webhooks() ([]*admissionregistrationv1.ValidatingWebhookConfiguration, error) {
	return build[admissionregistrationv1.ValidatingWebhookConfiguration](webhookFolder)
}

// build returns the objects of a kustomization, all of one kind.
func build[T any](folder string) ([]*T, error) {
	root, err := (&parts.Builder{}).CheckoutDir()
	if err != nil {
		return nil, err
	}
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(root, folder))
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
