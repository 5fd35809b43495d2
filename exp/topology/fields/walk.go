// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package fields

import (
	"encoding/json"
	"reflect"
	"strings"
)

// unmarshaler is what types with a JSON form of their own implement: quantities, durations, times, raw extensions.
var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// Leaves lists the fields of a type that hold values, by JSON path: "[]" stands for the items of a list, "{}" for the
// values of a map. A type with a JSON form of its own is a value.
func Leaves(typ reflect.Type, path string) []string {
	switch {
	case reflect.PointerTo(typ).Implements(unmarshaler):
		return []string{path}
	case typ.Kind() == reflect.Pointer:
		return Leaves(typ.Elem(), path)
	case typ.Kind() == reflect.Slice && typ.Elem().Kind() != reflect.Uint8:
		return Leaves(typ.Elem(), path+"[]")
	case typ.Kind() == reflect.Map:
		return Leaves(typ.Elem(), path+"{}")
	case typ.Kind() != reflect.Struct:
		return []string{path}
	}
	if typ.NumField() == 0 {
		return []string{path} // Its presence says something.
	}
	var out []string
	for field := range typ.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-" || !field.IsExported():
		case name == "" && (field.Anonymous || strings.Contains(options, "inline")):
			out = append(out, Leaves(field.Type, path)...)
		default:
			out = append(out, Leaves(field.Type, path+"."+name)...)
		}
	}
	return out
}
