// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"reflect"
	"strings"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// schemaOf is the schema of a variable whose values are of a Go type, so that both say the same. Fields without omitempty are
// required, and no others are allowed.
func schemaOf[T any](description string) clusterv1.JSONSchemaProps {
	out := schema(reflect.TypeFor[T]())
	out.Description = description
	return out
}

func schema(of reflect.Type) clusterv1.JSONSchemaProps {
	switch of.Kind() {
	case reflect.Pointer:
		return schema(of.Elem())
	case reflect.Bool:
		return clusterv1.JSONSchemaProps{Type: "boolean"}
	case reflect.Int64:
		return clusterv1.JSONSchemaProps{Type: "integer"}
	case reflect.String:
		return clusterv1.JSONSchemaProps{Type: "string"}
	case reflect.Slice:
		items := schema(of.Elem())
		return clusterv1.JSONSchemaProps{Type: "array", Items: &items}
	case reflect.Map:
		values := schema(of.Elem())
		return clusterv1.JSONSchemaProps{Type: "object", AdditionalProperties: &values}
	case reflect.Struct:
		out := clusterv1.JSONSchemaProps{Type: "object"}
		addProperties(&out, of)
		return out
	}
	panic("no schema for " + of.String()) // All types are in this package.
}

// addProperties adds the fields of a struct, also those that it embeds.
func addProperties(to *clusterv1.JSONSchemaProps, of reflect.Type) {
	for field := range of.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" {
			addProperties(to, field.Type)
			continue
		}
		if to.Properties == nil {
			to.Properties = map[string]clusterv1.JSONSchemaProps{}
		}
		to.Properties[name] = schema(field.Type)
		if !strings.Contains(options, "omitempty") {
			to.Required = append(to.Required, name)
		}
	}
}
