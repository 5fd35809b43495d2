// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"fmt"
	"reflect"
)

// drift returns the path of the first desired field that the live object lacks or has otherwise; empty if there is
// none. Fields that only the live object has belong to others. A list is the same list if it has as many elements,
// each without drift. An empty or zero value is not missed, for the API server and Go types leave them out.
func drift(desired, live any) string { return driftAt("", desired, live) }

func driftAt(path string, desired, live any) string {
	switch d := desired.(type) {
	case map[string]any:
		return driftOfMap(path, d, live)
	case []any:
		return driftOfList(path, d, live)
	}
	if live == nil && isZero(desired) || sameScalar(desired, live) {
		return ""
	}
	return path
}

func driftOfMap(path string, desired map[string]any, live any) string {
	l, isMap := live.(map[string]any)
	if live != nil && !isMap {
		return path
	}
	for key, value := range desired {
		if at := driftAt(path+"."+key, value, l[key]); at != "" {
			return at
		}
	}
	return ""
}

func driftOfList(path string, desired []any, live any) string {
	l, isList := live.([]any)
	if live != nil && !isList || len(l) != len(desired) {
		return path
	}
	for i, value := range desired {
		if at := driftAt(fmt.Sprintf("%s[%d]", path, i), value, l[i]); at != "" {
			return at
		}
	}
	return ""
}

func isZero(value any) bool {
	return value == nil || reflect.ValueOf(value).IsZero()
}

// sameScalar compares numbers by value: JSON does not distinguish 1 from 1.0.
func sameScalar(a, b any) bool {
	x, xIsNumber := number(a)
	y, yIsNumber := number(b)
	if xIsNumber && yIsNumber {
		return x == y
	}
	return a == b
}

func number(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}
