// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package targets

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/kubeception/cluster-api-provider-kubeception/internal/apply"
	"github.com/kubeception/cluster-api-provider-kubeception/internal/health"
)

// annotationFields is in caches alone: a hash of the fields that we own, in place of all managed fields.
const annotationFields = "kubeception.cluster.x-k8s.io/owned-fields"

// transform reduces objects for the cache to what is looked at.
func transform(obj any) (any, error) {
	object, ok := obj.(client.Object)
	if !ok {
		return obj, nil // A tombstone.
	}
	annotations := map[string]string{}
	for _, key := range []string{apply.AnnotationHash, annotationKinds, annotationNamespaces} {
		if value, ok := object.GetAnnotations()[key]; ok {
			annotations[key] = value
		}
	}
	annotations[annotationFields] = ownedFields(object.GetManagedFields())
	object.SetAnnotations(annotations)
	object.SetManagedFields(nil)
	if u, ok := object.(*unstructured.Unstructured); ok {
		for _, bulk := range [][]string{{"spec", "template"}, {"spec", "versions"}, {"data"}} {
			unstructured.RemoveNestedField(u.Object, bulk...)
		}
	}
	return object, nil
}

// ownedFields is a hash of the fields that we own; empty if there are none.
func ownedFields(managed []metav1.ManagedFieldsEntry) string {
	for _, entry := range managed {
		if entry.Manager == string(apply.FieldOwner) && entry.Operation == metav1.ManagedFieldsOperationApply &&
			entry.Subresource == "" && entry.FieldsV1 != nil {
			sum := sha256.Sum256(canonical(entry.FieldsV1.GetRawBytes()))
			return hex.EncodeToString(sum[:8])
		}
	}
	return ""
}

// canonical is JSON with its keys in order: what came as an unstructured object is not as the API server sent it.
func canonical(raw []byte) []byte {
	var content any
	if err := json.Unmarshal(raw, &content); err != nil {
		return raw
	}
	encoded, err := json.Marshal(content)
	if err != nil {
		return raw
	}
	return encoded
}

// written is what tells a later change of an object by somebody else.
type written struct{ hash, fields string }

// writtenOf reads it from an object, from the cache or as the API server returned it.
func writtenOf(obj client.Object) written {
	fields, cached := obj.GetAnnotations()[annotationFields]
	if !cached {
		fields = ownedFields(obj.GetManagedFields())
	}
	return written{hash: obj.GetAnnotations()[apply.AnnotationHash], fields: fields}
}

// sameState reports whether an update of an object is without consequence: nobody touched what we wrote, and it does
// as before.
func sameState(before, after client.Object) bool {
	return before.GetResourceVersion() == after.GetResourceVersion() ||
		before.GetUID() == after.GetUID() && writtenOf(before) == writtenOf(after) &&
			maps.Equal(before.GetLabels(), after.GetLabels()) &&
			before.GetDeletionTimestamp().IsZero() == after.GetDeletionTimestamp().IsZero() &&
			health.Of(before) == health.Of(after)
}
