// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package examples

import (
	"bytes"
	"embed"
	"fmt"

	"sigs.k8s.io/yaml"
)

//go:embed *.yaml
var files embed.FS

// Of returns all manifests of a kind, in JSON. It panics if one cannot be read, which tests of this package rule out.
func Of(kind string) [][]byte {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(fmt.Errorf("list manifests: %w", err))
	}
	var out [][]byte
	for _, entry := range entries {
		content, err := files.ReadFile(entry.Name())
		if err != nil {
			panic(fmt.Errorf("read manifest %s: %w", entry.Name(), err))
		}
		for document := range bytes.SplitSeq(content, []byte("\n---\n")) {
			var object struct {
				Kind string `json:"kind"`
			}
			manifest, err := yaml.YAMLToJSON(document)
			if err == nil {
				err = yaml.Unmarshal(manifest, &object)
			}
			if err != nil {
				panic(fmt.Errorf("parse manifest %s: %w", entry.Name(), err))
			}
			if object.Kind == kind {
				out = append(out, manifest)
			}
		}
	}
	return out
}
