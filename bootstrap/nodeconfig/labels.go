// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

// Labels reads what the annotations of a Machine say about the labels of its node. It is nil if they say nothing.
func Labels(annotations map[string]string) (map[string]string, error) {
	text, exists := annotations[bootstrapv1.NodeLabelsAnnotation]
	if !exists {
		return nil, nil
	}
	labels := map[string]string{}
	if err := json.Unmarshal([]byte(text), &labels); err != nil {
		return nil, fmt.Errorf("annotation %s must be a JSON object of labels and their values: %w", bootstrapv1.NodeLabelsAnnotation, err)
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		problems := append(validation.IsQualifiedName(key), validation.IsValidLabelValue(labels[key])...)
		if len(problems) > 0 {
			return nil, fmt.Errorf("annotation %s: label %q: %s", bootstrapv1.NodeLabelsAnnotation, key, problems[0])
		}
	}
	return labels, nil
}
