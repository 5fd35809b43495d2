// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package crd

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

func TestMain(m *testing.M) {
	os.Exit(envtest.Run(m, envtest.Options{}))
}

func TestSuites(t *testing.T) {
	var suites []suite
	for _, s := range loadSuites(t) {
		suites = append(suites, s)
		if s.AlsoInTemplate {
			suites = append(suites, s.forTemplate())
		}
	}
	for _, server := range envtest.Servers() {
		t.Run(server.Minor, func(t *testing.T) {
			t.Parallel()
			for _, s := range suites {
				t.Run(s.file, func(t *testing.T) { s.run(t, server.Client) })
			}
		})
	}
}

func (s suite) run(t *testing.T, c client.Client) {
	t.Helper()
	for _, e := range s.OnCreate {
		t.Run("on create "+e.Name, func(t *testing.T) {
			expect(t, e.ExpectedError, c.Create(t.Context(), s.object(t, e)))
		})
	}
	for _, e := range s.OnUpdate {
		t.Run("on update "+e.Name, func(t *testing.T) {
			object := s.stored(t, c, e)
			spec, err := s.merged(e.Updated)
			if err != nil {
				t.Fatal(err)
			}
			s.set(object, spec)
			expect(t, e.ExpectedError, c.Update(t.Context(), object))
		})
	}
	for _, e := range s.OnStatus {
		t.Run("on status "+e.Name, func(t *testing.T) {
			object := s.stored(t, c, e)
			expect(t, e.ExpectedError, writeStatus(t, c, object, e.Status))
		})
	}
	for _, e := range s.OnStatusChange {
		t.Run("on status change "+e.Name, func(t *testing.T) {
			object := s.stored(t, c, e)
			if err := writeStatus(t, c, object, e.Status); err != nil {
				t.Fatalf("the initial status must be accepted: %v", err)
			}
			expect(t, e.ExpectedError, writeStatus(t, c, object, e.Changed))
		})
	}
}

func writeStatus(t *testing.T, c client.Client, object *unstructured.Unstructured, status json.RawMessage) error {
	t.Helper()
	content, err := suite{}.merged(status)
	if err != nil {
		t.Fatal(err)
	}
	object.Object["status"] = content
	return c.Status().Update(t.Context(), object)
}

// object is what a case creates.
func (s suite) object(t *testing.T, e example) *unstructured.Unstructured {
	t.Helper()
	spec, err := s.merged(e.Initial)
	if err != nil {
		t.Fatal(err)
	}
	object := &unstructured.Unstructured{Object: map[string]any{}}
	s.set(object, spec)
	object.SetGroupVersionKind(kinds[s.Kind].version.WithKind(s.Kind))
	object.SetNamespace("default")
	object.SetGenerateName("example-")
	return object
}

// set gives an object a specification.
func (s suite) set(object *unstructured.Unstructured, spec map[string]any) {
	if !kinds[s.Kind].noSpec {
		object.Object["spec"] = spec
		return
	}
	for _, name := range slices.Collect(maps.Keys(object.Object)) {
		if name != "apiVersion" && name != "kind" && name != "metadata" {
			delete(object.Object, name)
		}
	}
	maps.Copy(object.Object, spec)
}

// stored is what a case starts from.
func (s suite) stored(t *testing.T, c client.Client, e example) *unstructured.Unstructured {
	t.Helper()
	object := s.object(t, e)
	if err := c.Create(t.Context(), object); err != nil {
		t.Fatalf("the initial object must be accepted: %v", err)
	}
	return object
}

func expect(t *testing.T, expected string, err error) {
	t.Helper()
	switch {
	case expected == "" && err != nil:
		t.Errorf("must be accepted, but is refused:\n%v", err)
	case expected != "" && err == nil:
		t.Errorf("must be refused with %q, but is accepted", expected)
	case expected != "" && !strings.Contains(err.Error(), expected):
		t.Errorf("must be refused with\n%s\nbut is refused with\n%v", expected, err)
	}
}
