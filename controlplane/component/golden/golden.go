// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package golden

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
)

const updateVariable = "UPDATE_GOLDEN"

// Run checks all cases in a folder, usually testdata. There must be one.
func Run(t *testing.T, c component.Component, dir string) {
	t.Helper()
	inputs, err := filepath.Glob(filepath.Join(dir, "*", "input.yaml"))
	if err != nil || len(inputs) == 0 {
		t.Fatalf("there is no case in %s: %v", dir, err)
	}
	for _, input := range inputs {
		folder := filepath.Dir(input)
		t.Run(filepath.Base(folder), func(t *testing.T) { runCase(t, c, folder) })
	}
}

func runCase(t *testing.T, c component.Component, folder string) {
	t.Helper()
	in := ReadInput(t, filepath.Join(folder, "input.yaml"))
	rendered, err := component.Prepare(in, c)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join(folder, "objects.yaml"), documents(t, rendered.Runtime))
	compare(t, filepath.Join(folder, "target.yaml"), documents(t, rendered.Target))
	compare(t, filepath.Join(folder, "certificates.yaml"), documents(t, rendered.Certificates))
	compare(t, filepath.Join(folder, "target-certificates.yaml"), documents(t, rendered.TargetCertificates))
	again, err := component.Prepare(ReadInput(t, filepath.Join(folder, "input.yaml")), c)
	if err != nil {
		t.Fatal(err)
	}
	first, second := slices.Concat(rendered.Runtime, rendered.Target), slices.Concat(again.Runtime, again.Target)
	if difference := cmp.Diff(string(documents(t, first)), string(documents(t, second))); difference != "" {
		t.Errorf("the same input gives other objects the second time, so pods would be restarted for nothing:\n%s", difference)
	}
}

// ReadInput reads a component.Input and refuses unknown fields.
func ReadInput(t *testing.T, path string) *component.Input {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	in := &component.Input{}
	if err := yaml.UnmarshalStrict(content, in); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return in
}

// documents are YAML documents; empty if there is none.
func documents[T any](t *testing.T, values []T) []byte {
	t.Helper()
	var out bytes.Buffer
	for i, value := range values {
		if obj, isObject := any(value).(client.Object); isObject {
			encodeObject(t, &out, i, obj)
			continue
		}
		encode(t, &out, i, value)
	}
	return out.Bytes()
}

func encodeObject(t *testing.T, out *bytes.Buffer, i int, obj client.Object) {
	t.Helper()
	u, err := component.Unstructured(obj)
	if err != nil {
		t.Fatal(err)
	}
	encode(t, out, i, u.Object)
}

func encode(t *testing.T, out *bytes.Buffer, i int, value any) {
	t.Helper()
	encoded, err := yaml.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if i > 0 {
		out.WriteString("---\n")
	}
	out.Write(encoded)
}

// compare compares with a file, or writes it. No content means no file.
func compare(t *testing.T, path string, got []byte) {
	t.Helper()
	if os.Getenv(updateVariable) != "" {
		write(t, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if difference := cmp.Diff(string(want), string(got)); difference != "" {
		t.Errorf("%s differs (-file +rendered); run with %s=1 if this is meant:\n%s", path, updateVariable, difference)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if len(content) == 0 {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
