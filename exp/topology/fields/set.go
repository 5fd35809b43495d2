// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package fields

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// value is a field of one Shoot that is set.
type value struct {
	Field
	// at is where it is, with the index or key of each item on the way.
	at string
	is any
}

// Refusals are errors for the fields of a Shoot that are refused.
func Refusals(spec *gardencorev1beta1.ShootSpec) field.ErrorList {
	var out field.ErrorList
	for _, set := range values(spec) {
		if set.Verdict == Refused && set.concerns(spec.Provider.Type) {
			out = append(out, field.Forbidden(field.NewPath(set.at), set.Reason))
		}
	}
	// Even empty it says that the cluster hosts itself.
	for i, worker := range spec.Provider.Workers {
		if worker.ControlPlane != nil && *worker.ControlPlane == (gardencorev1beta1.WorkerControlPlane{}) {
			path := field.NewPath("spec", "provider", "workers").Index(i).Child("controlPlane")
			out = append(out, field.Forbidden(path, listed("spec.provider.workers[].controlPlane.backup.provider")[0].Reason))
		}
	}
	return out
}

// NotCarriedOut are the fields of a Shoot that are set and not carried out, each once, in the order of the list.
func NotCarriedOut(spec *gardencorev1beta1.ShootSpec) []Field {
	var out []Field
	for _, set := range values(spec) {
		if set.Verdict == Reported && set.concerns(spec.Provider.Type) && !slices.ContainsFunc(out, func(f Field) bool { return f.Path == set.Path }) {
			out = append(out, set.Field)
		}
	}
	slices.SortStableFunc(out, func(one, other Field) int { return position(one.Path) - position(other.Path) })
	return out
}

func position(path string) int {
	return slices.IndexFunc(shoot, func(f Field) bool { return f.Path == path })
}

// concerns reports whether the verdict is about the value, in a Shoot of a provider type.
func (v value) concerns(typ string) bool {
	is := fmt.Sprint(v.is)
	return (len(v.Values) == 0 || slices.Contains(v.Values, is)) && !slices.Contains(v.Except, is) && (len(v.Types) == 0 || slices.Contains(v.Types, typ))
}

// values are the fields of a Shoot that are set. Empty texts, lists and maps are not.
func values(spec *gardencorev1beta1.ShootSpec) []value {
	content, err := json.Marshal(spec)
	if err != nil {
		return nil // What came from JSON is JSON again.
	}
	var decoded any
	if err := json.Unmarshal(content, &decoded); err != nil {
		return nil
	}
	return collect("spec", "spec", decoded)
}

// collect looks for fields of the list at a path and below.
func collect(path, at string, decoded any) []value {
	if is := listed(path); len(is) > 0 {
		if isEmpty(decoded) {
			return nil
		}
		var out []value
		for _, found := range is {
			out = append(out, value{Field: found, at: at, is: decoded})
		}
		return out
	}
	var out []value
	switch decoded := decoded.(type) {
	case []any:
		for i, item := range decoded {
			out = append(out, collect(path+"[]", fmt.Sprintf("%s[%d]", at, i), item)...)
		}
	case map[string]any:
		isMap := len(listed(path+"{}")) > 0
		for key, item := range decoded {
			if isMap {
				out = append(out, collect(path+"{}", fmt.Sprintf("%s[%s]", at, key), item)...)
			} else {
				out = append(out, collect(path+"."+key, at+"."+key, item)...)
			}
		}
	}
	slices.SortStableFunc(out, func(one, other value) int { return strings.Compare(one.at, other.at) })
	return out
}

// byPath finds the entries of the list; some fields have one for refused values and one for others.
var byPath = func() map[string][]Field {
	out := map[string][]Field{}
	for _, f := range shoot {
		out[f.Path] = append(out[f.Path], f)
	}
	return out
}()

func listed(path string) []Field { return byPath[path] }

func isEmpty(decoded any) bool {
	switch decoded := decoded.(type) {
	case nil:
		return true
	case string:
		return decoded == ""
	}
	return false
}
