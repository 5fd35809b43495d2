// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestRules(t *testing.T) {
	cases := map[string]struct {
		field string
		want  []string
	}{
		"a bounded optional string is fine": {
			field: "// name is a name.\n// +optional\n// +kubebuilder:validation:MaxLength=10\nName string `json:\"name,omitempty\"`",
		},
		"a string of a bounded type is fine": {
			field: "// mode is a mode.\n// +optional\nMode Mode `json:\"mode,omitempty\"`",
		},
		"a field without a JSON name is found": {
			field: "// Name is a name.\nName int32",
			want:  []string{"jsontags"},
		},
		"a field that does not say whether it is optional is found": {
			field: "// count is a number.\nCount int32 `json:\"count,omitempty\"`",
			want:  []string{"optionalorrequired"},
		},
		"a comment that begins with the Go name is found": {
			field: "// Count is a number.\n// +required\nCount int32 `json:\"count,omitempty\"`",
			want:  []string{"commentstart"},
		},
		"a stored default is found": {
			field: "// count is a number.\n// +optional\n// +kubebuilder:default=1\nCount int32 `json:\"count,omitempty\"`",
			want:  []string{"forbiddenmarkers"},
		},
		"an optional field that is stored when empty is found": {
			field: "// count is a number.\n// +optional\nCount int32 `json:\"count\"`",
			want:  []string{"optionalfields"},
		},
		"a list of strings without limits is found": {
			field: "// names are names.\n// +optional\nNames []string `json:\"names,omitempty\"`",
			want:  []string{"maxlength", "ssatags", "maxlength"},
		},
		"types that do not evolve are found behind pointers": {
			field: "// on is a switch.\n// +optional\nOn *bool `json:\"on,omitempty\"`",
			want:  []string{"nobools"},
		},
		"durations are found": {
			field: "// wait is a time.\n// +optional\nWait *metav1.Duration `json:\"wait,omitempty\"`",
			want:  []string{"nodurations"},
		},
		"maps are found": {
			field: "// tags are tags.\n// +optional\nTags map[string]string `json:\"tags,omitempty\"`",
			want:  []string{"nomaps"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			source := "package v1\n\n// Mode is a mode.\n// +kubebuilder:validation:Enum=A;B\ntype Mode string\n\ntype Spec struct {\n" + c.field + "\n}\n"
			write(t, filepath.Join(folder, "types.go"), source)
			pkg, err := load(folder)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range pkg.lint() {
				got = append(got, f.rule)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestExclusions(t *testing.T) {
	folder := t.TempDir()
	configuration := filepath.Join(folder, "kal.yml")
	write(t, configuration, "linters: {exclusions: {rules: [{path: types.go, text: 'nobools: .*Spec.On'}]}}")
	write(t, filepath.Join(folder, "types.go"), "package v1\n\ntype Spec struct {\n// on is a switch.\n// +required\nOn bool `json:\"on\"`\n}\n")
	if err := run(configuration, []string{folder}); err != nil {
		t.Errorf("a finding that is let pass was reported: %v", err)
	}
	write(t, configuration, "linters: {}")
	if err := run(configuration, []string{folder}); err == nil {
		t.Error("a finding was not reported")
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
