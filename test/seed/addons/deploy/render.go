// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"text/template"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

// Parse reads a stream of YAML documents; empty ones are skipped.
func Parse(stream []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(stream), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", len(objects)+1, err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

// Render executes all templates *.yaml of files with data and joins the results
// in lexical order. Beside the built-in functions templates have "yaml", which
// prints a value as a quoted string of YAML, and "sha", a short hash.
func Render(files fs.FS, data any) ([]byte, error) {
	templates, err := template.New("").Option("missingkey=error").Funcs(functions).ParseFS(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	var stream bytes.Buffer
	for _, name := range names {
		stream.WriteString("---\n")
		if err := templates.ExecuteTemplate(&stream, name, data); err != nil {
			return nil, err
		}
	}
	return stream.Bytes(), nil
}

// Print is the inverse of Parse.
func Print(objects []*unstructured.Unstructured) ([]byte, error) {
	var stream bytes.Buffer
	for _, object := range objects {
		text, err := sigsyaml.Marshal(object.Object)
		if err != nil {
			return nil, err
		}
		stream.WriteString("---\n")
		stream.Write(text)
	}
	return stream.Bytes(), nil
}

var functions = template.FuncMap{
	"yaml": func(value any) (string, error) {
		text, err := sigsyaml.Marshal(value)
		if err != nil {
			return "", err
		}
		// A JSON string is a YAML string on one line, at any indentation.
		quoted, err := json.Marshal(string(text))
		return string(quoted), err
	},
	"sha": func(values ...any) (string, error) {
		text, err := json.Marshal(values)
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])[:12], err
	},
}
