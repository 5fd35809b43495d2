// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package crd

import (
	"reflect"
	"strings"
	"testing"
)

// TestEveryFieldHasExamples fails for fields of a specification without an
// accepted example, or without a refused one whose message names the field.
func TestEveryFieldHasExamples(t *testing.T) {
	accepted, refused := map[string]bool{}, map[string]bool{}
	for _, s := range loadSuites(t) {
		collect(t, s, accepted, refused)
		if s.AlsoInTemplate {
			collect(t, s.forTemplate(), accepted, refused)
		}
	}
	for name, kind := range kinds {
		for _, path := range fields(kind.spec, name) {
			if !accepted[path] {
				t.Errorf("%s has no accepted example", path)
			}
			if !refused[path] {
				t.Errorf("%s has no refused example whose message names it", path)
			}
		}
	}
}

// collect notes the fields that the examples of a suite set.
func collect(t *testing.T, s suite, accepted, refused map[string]bool) {
	t.Helper()
	for _, e := range append(append([]example{}, s.OnCreate...), s.OnUpdate...) {
		change := e.Initial
		if len(e.Updated) > 0 {
			change = e.Updated
		}
		spec, err := s.merged(change)
		if err != nil {
			t.Fatalf("%s: %s: %v", s.file, e.Name, err)
		}
		for path := range paths(spec, s.Kind) {
			name := path[strings.LastIndex(path, ".")+1:]
			if e.ExpectedError == "" {
				accepted[path] = true
			} else if strings.Contains(e.ExpectedError, name) {
				refused[path] = true
			}
		}
		// A required field is refused by leaving it out.
		if missing, found := strings.CutSuffix(e.ExpectedError, ": Required value"); found {
			refused[s.Kind+strings.TrimPrefix(missing, "spec")] = true
		}
	}
}

// ourTypes begins the paths of packages with types of this project.
const ourTypes = "github.com/kubeception/cluster-api-provider-kubeception/api/"

// fields lists the fields of a Go type by JSON path. Lists count as their items;
// types of other modules count as one field.
func fields(typ reflect.Type, path string) []string {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	ours := strings.HasPrefix(typ.PkgPath(), ourTypes)
	if typ.Kind() != reflect.Struct || !ours {
		return nil
	}
	var out []string
	for field := range typ.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" && strings.Contains(options, "inline") {
			out = append(out, fields(field.Type, path)...)
			continue
		}
		out = append(out, path+"."+name)
		out = append(out, fields(field.Type, path+"."+name)...)
	}
	return out
}

// paths yields every field that a document sets, by JSON path.
func paths(value any, path string) map[string]bool {
	out := map[string]bool{}
	switch value := value.(type) {
	case map[string]any:
		for name, child := range value {
			out[path+"."+name] = true
			for p := range paths(child, path+"."+name) {
				out[p] = true
			}
		}
	case []any:
		for _, child := range value {
			for p := range paths(child, path) {
				out[p] = true
			}
		}
	}
	return out
}
