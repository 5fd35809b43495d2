// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package contract

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	bootstrapadmission "github.com/kubeception/cluster-api-provider-kubeception/bootstrap/webhooks/admission"
	controlplaneadmission "github.com/kubeception/cluster-api-provider-kubeception/controlplane/webhooks/admission"
	infrastructureadmission "github.com/kubeception/cluster-api-provider-kubeception/infrastructure/webhooks/admission"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

const (
	controlPlaneKind    = "KubeceptionControlPlane"
	templateKind        = "KubeceptionControlPlaneTemplate"
	infraClusterKind    = "KubeceptionCluster"
	clusterTemplateKind = "KubeceptionClusterTemplate"
	infraMachineKind    = "KubeceptionMachine"
	machineTemplateKind = "KubeceptionMachineTemplate"
	configKind          = "KubeceptionConfig"
	configTemplateKind  = "KubeceptionConfigTemplate"
)

// kinds are all that the contract is about, with the smallest object of each.
var kinds = map[string]struct {
	version schema.GroupVersion
	object  client.Object
	content string
}{
	controlPlaneKind:    {controlplanev1.GroupVersion, &controlplanev1.KubeceptionControlPlane{}, `spec: {version: v1.36.3}`},
	templateKind:        {controlplanev1.GroupVersion, &controlplanev1.KubeceptionControlPlaneTemplate{}, `spec: {template: {}}`},
	infraClusterKind:    {infrav1.GroupVersion, &infrav1.KubeceptionCluster{}, `spec: {}`},
	clusterTemplateKind: {infrav1.GroupVersion, &infrav1.KubeceptionClusterTemplate{}, `spec: {template: {}}`},
	infraMachineKind:    {infrav1.GroupVersion, &infrav1.KubeceptionMachine{}, `spec: {}`},
	machineTemplateKind: {infrav1.GroupVersion, &infrav1.KubeceptionMachineTemplate{}, `spec: {template: {}}`},
	configKind:          {bootstrapv1.GroupVersion, &bootstrapv1.KubeceptionConfig{}, `spec: {}`},
	configTemplateKind:  {bootstrapv1.GroupVersion, &bootstrapv1.KubeceptionConfigTemplate{}, `spec: {template: {}}`},
}

func TestMain(m *testing.M) {
	os.Exit(envtest.Run(m, envtest.Options{Setup: func(mgr ctrl.Manager) error {
		return errors.Join(controlplaneadmission.SetupWithManager(mgr), infrastructureadmission.SetupWithManager(mgr),
			bootstrapadmission.SetupWithManager(mgr))
	}}))
}

// crds returns the CRDs of providers by kind. Those of Gardener's API are nothing that the contract is about.
func crds(t *testing.T) map[string]*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	list, err := envtest.CRDs()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*apiextensionsv1.CustomResourceDefinition{}
	for _, crd := range list {
		if strings.HasSuffix(crd.Spec.Group, "."+clusterv1.GroupVersion.Group) {
			out[crd.Spec.Names.Kind] = crd
		}
	}
	if len(out) == 0 {
		t.Fatal("there are no CRDs")
	}
	return out
}

// schemaOf returns the schema of a field of the API version that this project serves, or nil when there is no such field.
func schemaOf(t *testing.T, kind string, path ...string) *apiextensionsv1.JSONSchemaProps {
	t.Helper()
	crd, found := crds(t)[kind]
	if !found {
		t.Fatalf("there is no CRD for %s", kind)
	}
	at := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	for _, name := range path {
		child, found := at.Properties[name]
		if !found {
			return nil
		}
		at = &child
	}
	return at
}

// expectField checks the type of a field, and its format if one is given.
func expectField(t *testing.T, kind, typ, format string, path ...string) {
	t.Helper()
	field := schemaOf(t, kind, path...)
	switch {
	case field == nil:
		t.Errorf("%s has no field %v", kind, path)
	case field.Type != typ || field.Format != format:
		t.Errorf("%s: the field %v is of type %q and format %q, must be %q and %q", kind, path, field.Type, field.Format, typ, format)
	}
}

// object returns an object of a kind as Cluster API handles it.
func object(t *testing.T, kind, content string) *unstructured.Unstructured {
	t.Helper()
	out := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(content), &out.Object); err != nil {
		t.Fatal(err)
	}
	out.SetGroupVersionKind(kinds[kind].version.WithKind(kind))
	out.SetNamespace("default")
	if out.GetName() == "" {
		out.SetGenerateName("contract-")
	}
	return out
}

// created returns an object that the server has stored, with its status.
func created(t *testing.T, server *envtest.Server, kind, content string) *unstructured.Unstructured {
	t.Helper()
	out := object(t, kind, content)
	status, hasStatus := out.Object["status"]
	if err := server.Client.Create(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	if hasStatus {
		out.Object["status"] = status
		if err := server.Client.Status().Update(t.Context(), out); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// expectValue checks a value at a path of an object that came from a server.
func expectValue(t *testing.T, obj *unstructured.Unstructured, want any, path ...string) {
	t.Helper()
	got, found, err := unstructured.NestedFieldNoCopy(obj.Object, path...)
	if err != nil || !found {
		t.Errorf("the object has no field %v: %v", path, err)
		return
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the field %v is %v, must be %v", path, got, want)
	}
}
