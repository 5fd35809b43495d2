// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

func deref[T any](pointer *T) T {
	if pointer == nil {
		return *new(T)
	}
	return *pointer
}

func equal(one, other any) bool { return reflect.DeepEqual(one, other) }

// label is a value as a label can hold it.
func label(value string) string {
	return strings.Trim(value[:min(len(value), validation.LabelValueMaxLength)], "-._")
}
