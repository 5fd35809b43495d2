// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package trace

import (
	"fmt"
	"io"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// Write prints stages as YAML, with a heading for each in comments. Only the stages that are wanted are printed, and any that
// refuses something; nil wants all. It returns whether nothing was refused.
func Write(out io.Writer, stages []Stage, wanted []string) (bool, error) {
	accepted := true
	for _, stage := range stages {
		isRefused := len(stage.Problems) > 0
		accepted = accepted && !isRefused
		if wanted != nil && !slices.Contains(wanted, stage.Name) && !isRefused {
			continue
		}
		text, err := stage.text()
		if err != nil {
			return false, err
		}
		if _, err := io.WriteString(out, text); err != nil {
			return false, fmt.Errorf("print stage %s: %w", stage.Name, err)
		}
	}
	return accepted, nil
}

func (s Stage) text() (string, error) {
	var out strings.Builder
	fmt.Fprintf(&out, "# == %s ==\n", s.Title)
	for _, problem := range s.Problems {
		fmt.Fprintf(&out, "# refused: %s\n", strings.ReplaceAll(problem.Error(), "\n", "\n#   "))
	}
	if len(s.Problems) > 0 {
		return out.String(), nil
	}
	for _, note := range s.Notes {
		fmt.Fprintf(&out, "# %s\n", note)
	}
	for _, object := range s.Objects {
		text, err := document(object)
		if err != nil {
			return "", err
		}
		out.WriteString("---\n" + text)
	}
	return out.String(), nil
}

// document is an object as YAML, without an empty status, and without the content of Secrets.
func document(object client.Object) (string, error) {
	if secret, isSecret := object.(*corev1.Secret); isSecret {
		object = hidden(secret)
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return "", fmt.Errorf("print %s: %w", object.GetName(), err)
	}
	delete(fields, "status")
	unstructured.RemoveNestedField(fields, "metadata", "creationTimestamp")
	text, err := yaml.Marshal(fields)
	if err != nil {
		return "", fmt.Errorf("print %s: %w", object.GetName(), err)
	}
	return string(text), nil
}

func hidden(secret *corev1.Secret) *corev1.Secret {
	out := secret.DeepCopy()
	out.Data, out.StringData = nil, map[string]string{}
	for key, value := range secret.Data {
		out.StringData[key] = fmt.Sprintf("(%d bytes)", len(value))
	}
	return out
}
