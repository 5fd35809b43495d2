// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package trace

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// today is the day on which versions of the examples are classified.
var today = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// TestGolden compares what becomes of manifests with what was reviewed. UPDATE_GOLDEN=1 writes it anew. Every case has the
// objects of the Shoot, and a file class.yaml where the ClusterClass is of interest.
func TestGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*/input.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("there is no case: %v", err)
	}
	for _, input := range inputs {
		folder := filepath.Dir(input)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			expectGolden(t, filepath.Join(folder, "output.yaml"), traced(t, input, ReferencesStage, ClusterStage, PoolsStage))
			class := filepath.Join(folder, "class.yaml")
			if _, err := os.Stat(class); err == nil {
				expectGolden(t, class, traced(t, input, ClassStage))
			}
		})
	}
}

// traced is what some stages print of manifests.
func traced(t *testing.T, input string, wanted ...string) []byte {
	t.Helper()
	stages, err := Stages(readManifests(t, input), today)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := Write(&out, stages, wanted); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readManifests(t *testing.T, path string) Manifests {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out Manifests
	if err := out.Read(content); err != nil {
		t.Fatal(err)
	}
	return out
}

func expectGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(string(want), string(got)); difference != "" {
		t.Errorf("%s differs; run make golden if that is meant:\n%s", path, difference)
	}
}
