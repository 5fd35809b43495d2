// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// golden are the files of a case, by the format of what they hold.
var golden = map[bootstrapv1.Format]string{bootstrapv1.CloudConfig: "cloud-config.yaml", bootstrapv1.Ignition: "ignition.json"}

// TestGolden compares bootstrap data, and the script in it, with what was reviewed. UPDATE_GOLDEN=1 writes it anew.
func TestGolden(t *testing.T) {
	for name, node := range cases(t) {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			for format, file := range golden {
				node.Spec.Format = format
				data, rendered, err := Render(node)
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(rendered).To(Equal(format))
				if format == bootstrapv1.Ignition {
					data = indented(g, data)
				}
				expectGolden(g, filepath.Join("testdata", name, file), data)
			}
			script, err := script(node)
			g.Expect(err).NotTo(HaveOccurred())
			expectGolden(g, filepath.Join("testdata", name, "bootstrap.golden"), script)
		})
	}
}

// cases are the nodes in testdata, by the name of their folder.
func cases(t *testing.T) map[string]*Node {
	t.Helper()
	inputs, err := filepath.Glob("testdata/*/input.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("find the cases: %v", err)
	}
	out := map[string]*Node{}
	for _, input := range inputs {
		content, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		node := &Node{}
		if err := yaml.UnmarshalStrict(content, node); err != nil {
			t.Fatalf("read %s: %v", input, err)
		}
		out[filepath.Base(filepath.Dir(input))] = node
	}
	return out
}

func indented(g Gomega, data []byte) []byte {
	var out bytes.Buffer
	g.Expect(json.Indent(&out, data, "", "  ")).To(Succeed())
	out.WriteByte('\n')
	return out.Bytes()
}

func expectGolden(g Gomega, file string, data []byte) {
	if os.Getenv("UPDATE_GOLDEN") != "" {
		g.Expect(os.WriteFile(file, data, 0o600)).To(Succeed())
		return
	}
	want, err := os.ReadFile(file)
	g.Expect(err).NotTo(HaveOccurred(), "make golden writes it")
	g.Expect(string(data)).To(Equal(string(want)), "%s; make golden writes it anew", file)
}
