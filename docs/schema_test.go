// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// CRDs of what examples are about, below config.
const (
	controlPlaneCRD   = "controlplane/base/crd/bases/controlplane.cluster.x-k8s.io_kubeceptioncontrolplanes.yaml"
	configTemplateCRD = "bootstrap/base/crd/bases/bootstrap.cluster.x-k8s.io_kubeceptionconfigtemplates.yaml"
)

// expectSchema puts an object to the schema and the CEL rules of its CRD, as an API server does.
func expectSchema(t *testing.T, crd string, object map[string]any) {
	t.Helper()
	props := readSchema(t, crd)
	validator, _, err := validation.NewSchemaValidator(props)
	if err != nil {
		t.Fatal(err)
	}
	problems := validation.ValidateCustomResource(nil, object, validator)
	structural, err := schema.NewStructural(props)
	if err != nil {
		t.Fatal(err)
	}
	ofRules, _ := cel.NewValidator(structural, true, celconfig.PerCallLimit).
		Validate(t.Context(), nil, structural, object, nil, celconfig.RuntimeCELCostBudget)
	for _, problem := range append(problems, ofRules...) {
		t.Error(problem)
	}
}

func readSchema(t *testing.T, file string) *apiextensions.JSONSchemaProps {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "config", file))
	if err != nil {
		t.Fatal(err)
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(content, crd); err != nil {
		t.Fatal(err)
	}
	props := &apiextensions.JSONSchemaProps{}
	served := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(served, props, nil); err != nil {
		t.Fatal(err)
	}
	return props
}
