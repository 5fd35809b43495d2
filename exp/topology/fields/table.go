// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package fields

import (
	_ "embed"
	"fmt"
	"slices"

	"sigs.k8s.io/yaml"
)

// Verdict says what becomes of a field.
type Verdict string

const (
	// CarriedOut means that the field does what it does in Gardener.
	CarriedOut Verdict = "carriedOut"
	// Reported means that the field is accepted, and named in the status of the Shoot as not carried out.
	Reported Verdict = "reported"
	// Refused means that admission refuses the field.
	Refused Verdict = "refused"
)

// Field is one field that holds a value.
type Field struct {
	// Path is the JSON path of the field, with "[]" for the items of a list and "{}" for the values of a map.
	Path    string
	Verdict Verdict
	// Reason says by what it is carried out, or why it is not.
	Reason string
	// Values are those that the verdict is about. If empty, all.
	Values []string
	// Except are those that the verdict is not about.
	Except []string
	// Types are the provider types that the verdict is about. If empty, all.
	Types []string
}

//go:embed shoot.yaml
var shootYAML []byte

// shoot is the list for Shoots, read once.
var shoot = must(read(shootYAML))

// OfShoot returns every field of a Shoot's spec.
func OfShoot() []Field { return slices.Clone(shoot) }

func read(content []byte) ([]Field, error) {
	var file struct {
		Groups []struct {
			Verdict Verdict  `json:"verdict"`
			Reason  string   `json:"reason"`
			Under   []string `json:"under"`
			Fields  []string `json:"fields"`
			Values  []string `json:"values,omitempty"`
			Except  []string `json:"except,omitempty"`
			Types   []string `json:"types,omitempty"`
		} `json:"groups"`
	}
	if err := yaml.UnmarshalStrict(content, &file); err != nil {
		return nil, fmt.Errorf("read the list of fields: %w", err)
	}
	var out []Field
	for _, group := range file.Groups {
		for _, under := range group.Under {
			for _, name := range group.Fields {
				out = append(out, Field{
					Path: under + "." + name, Verdict: group.Verdict, Reason: group.Reason,
					Values: group.Values, Except: group.Except, Types: group.Types,
				})
			}
		}
	}
	return out, nil
}

func must(fields []Field, err error) []Field {
	if err != nil {
		panic(err) // The file is part of the program.
	}
	return fields
}
