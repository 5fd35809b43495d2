// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package crd

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	securityv1alpha1 "github.com/gardener/gardener/pkg/apis/security/v1alpha1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// kind is what examples are about.
type kind struct {
	version schema.GroupVersion
	// spec is the Go type of the specification.
	spec reflect.Type
	// template is the kind whose template has the fields of this kind as well.
	template string
	// noSpec is true for kinds whose fields stand beside metadata, not below spec.
	noSpec bool
}

var kinds = map[string]kind{
	"KubeceptionControlPlane": {
		controlplanev1.GroupVersion, reflect.TypeFor[controlplanev1.KubeceptionControlPlaneSpec](), "KubeceptionControlPlaneTemplate", false,
	},
	"KubeceptionControlPlaneTemplate": {
		controlplanev1.GroupVersion, reflect.TypeFor[controlplanev1.KubeceptionControlPlaneTemplateSpec](), "", false,
	},
	"KubeceptionCluster":         {infrav1.GroupVersion, reflect.TypeFor[infrav1.KubeceptionClusterSpec](), "KubeceptionClusterTemplate", false},
	"KubeceptionClusterTemplate": {infrav1.GroupVersion, reflect.TypeFor[infrav1.KubeceptionClusterTemplateSpec](), "", false},
	"KubeceptionMachine":         {infrav1.GroupVersion, reflect.TypeFor[infrav1.KubeceptionMachineSpec](), "KubeceptionMachineTemplate", false},
	"KubeceptionMachineTemplate": {infrav1.GroupVersion, reflect.TypeFor[infrav1.KubeceptionMachineTemplateSpec](), "", false},
	"KubeceptionConfig":          {bootstrapv1.GroupVersion, reflect.TypeFor[bootstrapv1.KubeceptionConfigSpec](), "KubeceptionConfigTemplate", false},
	"KubeceptionConfigTemplate":  {bootstrapv1.GroupVersion, reflect.TypeFor[bootstrapv1.KubeceptionConfigTemplateSpec](), "", false},

	"Shoot":                  {gardencorev1beta1.SchemeGroupVersion, reflect.TypeFor[gardencorev1beta1.ShootSpec](), "", false},
	"CloudProfile":           {gardencorev1beta1.SchemeGroupVersion, reflect.TypeFor[gardencorev1beta1.CloudProfileSpec](), "", false},
	"NamespacedCloudProfile": {gardencorev1beta1.SchemeGroupVersion, reflect.TypeFor[gardencorev1beta1.NamespacedCloudProfileSpec](), "", false},
	"Seed":                   {gardencorev1beta1.SchemeGroupVersion, reflect.TypeFor[gardencorev1beta1.SeedSpec](), "", false},
	"Project":                {gardencorev1beta1.SchemeGroupVersion, reflect.TypeFor[gardencorev1beta1.ProjectSpec](), "", false},
	"Quota":                  {gardencorev1beta1.SchemeGroupVersion, reflect.TypeFor[gardencorev1beta1.QuotaSpec](), "", false},
	"ExposureClass":          {gardencorev1beta1.SchemeGroupVersion, reflect.TypeFor[gardencorev1beta1.ExposureClass](), "", true},
	"SecretBinding":          {gardencorev1beta1.SchemeGroupVersion, reflect.TypeFor[gardencorev1beta1.SecretBinding](), "", true},
	"CredentialsBinding":     {securityv1alpha1.SchemeGroupVersion, reflect.TypeFor[securityv1alpha1.CredentialsBinding](), "", true},
}

// suite is one file of examples.
type suite struct {
	// Kind is the kind that the examples are about.
	Kind string `json:"kind"`
	// Base is the specification that the examples are merged into.
	Base json.RawMessage `json:"base"`
	// AlsoInTemplate puts onCreate to the template as well.
	AlsoInTemplate bool `json:"alsoInTemplate,omitempty"`

	OnCreate []example `json:"onCreate,omitempty"`
	OnUpdate []example `json:"onUpdate,omitempty"`
	OnStatus []example `json:"onStatus,omitempty"`
	// OnStatusChange writes status, then changed.
	OnStatusChange []example `json:"onStatusChange,omitempty"`

	file string
}

// example is one case of a suite.
type example struct {
	Name string `json:"name"`
	// Initial is the specification at creation.
	Initial json.RawMessage `json:"initial,omitempty"`
	// Updated is the specification that replaces it.
	Updated json.RawMessage `json:"updated,omitempty"`
	// Status is written to the status subresource.
	Status json.RawMessage `json:"status,omitempty"`
	// Changed replaces that status.
	Changed json.RawMessage `json:"changed,omitempty"`
	// ExpectedError is part of the refusal. If empty, the case is accepted.
	ExpectedError string `json:"expectedError,omitempty"`
}

// loadSuites reads every suite below this folder. Unknown keys are errors, so
// that a misspelt expectedError does not turn a refusal into nothing.
func loadSuites(t *testing.T) []suite {
	t.Helper()
	files, err := filepath.Glob("*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var suites []suite
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := suite{file: strings.TrimSuffix(file, ".yaml")}
		if err := yaml.UnmarshalStrict(content, &s); err != nil {
			t.Fatalf("read %s: %v", file, err)
		}
		suites = append(suites, s)
	}
	return suites
}

// forTemplate is the suite as seen by the template of the kind.
func (s suite) forTemplate() suite {
	out := suite{Kind: kinds[s.Kind].template, Base: json.RawMessage(`{"template":{}}`), file: s.file + " (template)"}
	for _, e := range s.OnCreate {
		e.Initial = json.RawMessage(fmt.Sprintf(`{"template":{"spec":%s}}`, orEmpty(e.Initial)))
		e.ExpectedError = strings.ReplaceAll(e.ExpectedError, "spec.", "spec.template.spec.")
		out.OnCreate = append(out.OnCreate, e)
	}
	return out
}

// merged returns a specification: the base with a change merged into it.
func (s suite) merged(change json.RawMessage) (map[string]any, error) {
	document, err := jsonpatch.MergePatch(orEmpty(s.Base), orEmpty(change))
	if err != nil {
		return nil, fmt.Errorf("merge into the base: %w", err)
	}
	out := map[string]any{}
	return out, yaml.Unmarshal(document, &out)
}

func orEmpty(document json.RawMessage) json.RawMessage {
	if len(document) == 0 {
		return json.RawMessage(`{}`)
	}
	return document
}
