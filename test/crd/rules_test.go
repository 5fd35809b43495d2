// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package crd

import (
	"encoding/json"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

// annotationLimit is how large an annotation may be. kubectl apply keeps a whole object in one.
const annotationLimit = 256 * 1024

// TestEveryRuleOfGardenersKindsHasARefusedExample finds rules that no example breaks.
func TestEveryRuleOfGardenersKindsHasARefusedExample(t *testing.T) {
	var refusals []string
	for _, s := range loadSuites(t) {
		for _, examples := range [][]example{s.OnCreate, s.OnUpdate, s.OnStatus, s.OnStatusChange} {
			for _, e := range examples {
				refusals = append(refusals, s.Kind+" "+e.ExpectedError)
			}
		}
	}
	rules := 0
	for _, crd := range gardenerCRDs(t) {
		for _, message := range messages(crd.Spec.Versions[0].Schema.OpenAPIV3Schema) {
			rules++
			if !isBroken(crd.Spec.Names.Kind, message, refusals) {
				t.Errorf("%s: no example is refused with %q", crd.Spec.Names.Kind, message)
			}
		}
	}
	t.Logf("%d rules", rules)
}

// TestGardenersKindsFitIntoAnAnnotation keeps kubectl apply possible.
func TestGardenersKindsFitIntoAnAnnotation(t *testing.T) {
	for _, crd := range gardenerCRDs(t) {
		content, err := json.Marshal(crd)
		if err != nil {
			t.Fatal(err)
		}
		if len(content) >= annotationLimit {
			t.Errorf("%s has %d bytes, kubectl apply can keep %d", crd.Name, len(content), annotationLimit)
		}
	}
}

func gardenerCRDs(t *testing.T) []*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	crds, err := envtest.CRDs()
	if err != nil {
		t.Fatal(err)
	}
	var out []*apiextensionsv1.CustomResourceDefinition
	for _, crd := range crds {
		if strings.HasSuffix(crd.Spec.Group, ".gardener.cloud") {
			out = append(out, crd)
		}
	}
	if len(out) == 0 {
		t.Fatal("there are no CRDs of Gardener's kinds")
	}
	return out
}

// messages are those of the rules of a schema and of everything in it.
func messages(schema *apiextensionsv1.JSONSchemaProps) []string {
	var out []string
	for _, rule := range schema.XValidations {
		out = append(out, rule.Message)
	}
	for _, property := range schema.Properties {
		out = append(out, messages(&property)...)
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		out = append(out, messages(schema.Items.Schema)...)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		out = append(out, messages(schema.AdditionalProperties.Schema)...)
	}
	return out
}

func isBroken(kind, message string, refusals []string) bool {
	for _, refusal := range refusals {
		if strings.HasPrefix(refusal, kind+" ") && strings.Contains(refusal, message) {
			return true
		}
	}
	return false
}
