// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Elsewhere says of problems that they are those of another object, for example of a Seed, and not of the Shoot.
func Elsewhere(kind, name string, problems field.ErrorList) field.ErrorList {
	var out field.ErrorList
	for _, problem := range problems {
		copied := *problem
		copied.Field = fmt.Sprintf("%s %s: %s", kind, name, problem.Field)
		out = append(out, &copied)
	}
	return out
}
