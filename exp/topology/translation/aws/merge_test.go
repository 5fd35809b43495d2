// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"encoding/json"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"sigs.k8s.io/yaml"
)

// merge changes a Shoot: objects are merged, lists by index, null takes away, and anything else replaces.
func merge(shoot *gardencorev1beta1.Shoot, patch string) (*gardencorev1beta1.Shoot, error) {
	var changes, content any
	if err := yaml.Unmarshal([]byte(patch), &changes); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(shoot)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &content); err != nil {
		return nil, err
	}
	if raw, err = json.Marshal(mergeValue(content, changes)); err != nil {
		return nil, err
	}
	out := &gardencorev1beta1.Shoot{}
	return out, yaml.UnmarshalStrict(raw, out)
}

func mergeValue(value, change any) any {
	switch change := change.(type) {
	case map[string]any:
		fields, is := value.(map[string]any)
		if !is {
			fields = map[string]any{}
		}
		for name, inner := range change {
			if inner == nil {
				delete(fields, name)
				continue
			}
			fields[name] = mergeValue(fields[name], inner)
		}
		return fields
	case []any:
		items, _ := value.([]any)
		for i, inner := range change {
			if i < len(items) {
				items[i] = mergeValue(items[i], inner)
			} else {
				items = append(items, inner)
			}
		}
		return items
	}
	return change
}
