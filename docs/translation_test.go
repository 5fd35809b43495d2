// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/trace"
)

// TestThePageOfTheTranslationShowsWhatComesOut keeps the Cluster of the page equal to what becomes of its manifests.
func TestThePageOfTheTranslationShowsWhatComesOut(t *testing.T) {
	const name = "translation.md"
	var examples []block
	for _, b := range readPage(t, filepath.Join("docs", name)).blocks {
		if b.language == "yaml" {
			examples = append(examples, b)
		}
	}
	if len(examples) != 2 {
		t.Fatalf("%s has %d examples in YAML; the test knows what to do with two", name, len(examples))
	}
	var manifests trace.Manifests
	if err := manifests.Read([]byte(examples[0].content)); err != nil {
		t.Fatal(err)
	}
	stages, err := trace.Stages(manifests, time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if accepted, err := trace.Write(&got, stages, []string{trace.ClusterStage}); err != nil || !accepted {
		t.Fatalf("%v\n%s", err, &got)
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before, _, _ := strings.Cut(string(content), "as `trace --stage cluster` prints it:")
		after := before + "as `trace --stage cluster` prints it:\n\n```yaml\n" + got.String() + "```\n"
		if err := os.WriteFile(name, []byte(after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if difference := cmp.Diff(examples[1].content, got.String()); difference != "" {
		t.Errorf("%s does not show what comes out; run make golden:\n%s", name, difference)
	}
}
