// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestTemplatesRenderInLexicalOrder(t *testing.T) {
	files := fstest.MapFS{
		"20-b.yaml": {Data: []byte("kind: B\ndata: {file: {{ yaml .Value }}}\n")},
		"10-a.yaml": {Data: []byte("kind: A\n---\nkind: A2\n---\n")},
		"note.txt":  {Data: []byte("{{ .Missing }}")},
	}
	stream, err := Render(files, map[string]any{"Value": map[string]string{"x": `a "quoted": text`}})
	if err != nil {
		t.Fatal(err)
	}
	objects, err := Parse(stream)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, o := range objects {
		kinds = append(kinds, o.GetKind())
	}
	if strings.Join(kinds, " ") != "A A2 B" {
		t.Fatalf("got %q", kinds)
	}
	if file, _, _ := unstructured.NestedString(objects[2].Object, "data", "file"); file != "x: 'a \"quoted\": text'\n" {
		t.Errorf("the file became %q", file)
	}
}

func TestATemplateThatAsksForTooMuchIsAnError(t *testing.T) {
	_, err := Render(fstest.MapFS{"a.yaml": {Data: []byte("{{ .Missing }}")}}, map[string]any{})
	if err == nil || !strings.Contains(err.Error(), "Missing") {
		t.Errorf("got %v", err)
	}
}

func TestTheTagOfAProgramFollowsItsContent(t *testing.T) {
	tag := func(content string) string {
		file := filepath.Join(t.TempDir(), "binary")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		tag, err := contentTag(file)
		if err != nil {
			t.Fatal(err)
		}
		return tag
	}
	first, again, other := tag("a"), tag("a"), tag("b")
	if first != again || first == other {
		t.Error("equal content has other tags, or other content an equal one")
	}
}
