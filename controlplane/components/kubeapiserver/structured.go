// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeapiserver

import (
	"errors"
	"fmt"
	"strings"

	apiserverv1 "k8s.io/apiserver/pkg/apis/apiserver/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/kubernetes"
)

// document is a configuration of the user. It is kept as it is but for what this package must change, so that
// fields of newer versions of Kubernetes pass through.
type document map[string]any

func parseDocument(content, kind string) (document, error) {
	parsed := document{}
	if err := yaml.UnmarshalStrict([]byte(content), &parsed); err != nil {
		return nil, fmt.Errorf("it is not YAML: %w", err)
	}
	apiVersion, _ := parsed["apiVersion"].(string)
	if parsed["kind"] != kind || !strings.HasPrefix(apiVersion, apiserverv1.GroupName+"/") {
		return nil, fmt.Errorf("it must be of kind %s in %s", kind, apiserverv1.GroupName)
	}
	return parsed, nil
}

// adaptVersion writes a configuration of version v1 as v1beta1, which has the same fields, for a version of
// Kubernetes that is older than v1.
func (d document) adaptVersion(version string, v1 kubernetes.Feature) {
	if d["apiVersion"] == apiserverv1.SchemeGroupVersion.String() && !kubernetes.Has(version, v1) {
		d["apiVersion"] = apiserverv1.GroupName + "/v1beta1"
	}
}

func (d document) encode() (string, error) {
	content, err := yaml.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return string(content), nil
}

// list returns the objects in a field; none if it is absent.
func (d document) list(field string) ([]document, error) {
	if d[field] == nil {
		return nil, nil
	}
	items, ok := d[field].([]any)
	if !ok {
		return nil, errors.New(field + " must be a list")
	}
	documents := make([]document, 0, len(items))
	for i, item := range items {
		object, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s[%d] must be an object", field, i)
		}
		documents = append(documents, object)
	}
	return documents, nil
}

// object returns the object in a field; empty if it is absent.
func (d document) object(field string) document {
	object, _ := d[field].(map[string]any)
	return object
}
