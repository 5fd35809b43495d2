// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// index is the place of an item in a list, which changes when another item comes or goes.
var index = regexp.MustCompile(`\[\d+\]`)

// Introduced returns the problems that an object has now and did not have before, so that what was stored under older
// rules does not stand in the way of other changes.
func Introduced(before, now field.ErrorList) field.ErrorList {
	known := map[string]int{}
	for _, problem := range before {
		known[identity(problem)]++
	}
	var out field.ErrorList
	for _, problem := range now {
		if known[identity(problem)] > 0 {
			known[identity(problem)]--
			continue
		}
		out = append(out, problem)
	}
	return out
}

func identity(problem *field.Error) string {
	return fmt.Sprintf("%s|%s|%v|%s", problem.Type, index.ReplaceAllString(problem.Field, "[]"), problem.BadValue, problem.Detail)
}
