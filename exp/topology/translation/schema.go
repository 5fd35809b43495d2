// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"encoding/json"
	"reflect"
	"strings"

	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"
)

// quantities and the like have a JSON form of their own, a string or a number.
var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// schemaOf is the schema of a Go type by its JSON tags: the names and types of fields, so that Cluster API refuses what there
// is not. What values are allowed is said by the API that a variable is carried into, and by nothing else.
func schemaOf(typ reflect.Type) clusterv1.JSONSchemaProps {
	switch {
	case reflect.PointerTo(typ).Implements(unmarshaler):
		return clusterv1.JSONSchemaProps{XIntOrString: new(true)}
	case typ.Kind() == reflect.Pointer:
		return schemaOf(typ.Elem())
	case typ.Kind() == reflect.Slice:
		return clusterv1.JSONSchemaProps{Type: "array", Items: new(schemaOf(typ.Elem()))}
	case typ.Kind() == reflect.Map:
		return clusterv1.JSONSchemaProps{Type: "object", AdditionalProperties: new(schemaOf(typ.Elem()))}
	case typ.Kind() == reflect.Struct:
		return clusterv1.JSONSchemaProps{Type: "object", Properties: propertiesOf(typ)}
	case typ.Kind() == reflect.Bool:
		return clusterv1.JSONSchemaProps{Type: "boolean"}
	case typ.Kind() == reflect.String:
		return clusterv1.JSONSchemaProps{Type: "string"}
	default:
		return clusterv1.JSONSchemaProps{Type: "integer"}
	}
}

func propertiesOf(typ reflect.Type) map[string]clusterv1.JSONSchemaProps {
	out := map[string]clusterv1.JSONSchemaProps{}
	for field := range typ.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" && (field.Anonymous || strings.Contains(options, "inline")) {
			for inner, schema := range propertiesOf(field.Type) {
				out[inner] = schema
			}
			continue
		}
		out[name] = schemaOf(field.Type)
	}
	return out
}
