// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// LabelBaseName is on objects made by MakeUnique: their name without the hash of their content.
const LabelBaseName = "kubeception.cluster.x-k8s.io/base-name"

const uniqueHashLength = 10

// MakeUnique makes a ConfigMap or Secret immutable and appends a hash of its content to its name, so that a change
// of content is a new object, and pods that refer to it by name are replaced in the usual, orderly way. Call it
// when the content is complete and use the object's name afterwards; the object's component alone may refer to it.
// The object is returned for convenience. Other kinds are a mistake in the program, hence a panic.
func MakeUnique[T client.Object](obj T) T {
	base := obj.GetName()
	if labelled, ok := obj.GetLabels()[LabelBaseName]; ok {
		base = labelled
	}
	immutable := true
	var content any
	switch o := client.Object(obj).(type) {
	case *corev1.ConfigMap:
		o.Immutable = &immutable
		content = []any{o.Data, o.BinaryData}
	case *corev1.Secret:
		o.Immutable = &immutable
		content = []any{o.Type, o.Data}
	default:
		panic(fmt.Sprintf("MakeUnique: %T is neither a ConfigMap nor a Secret", obj))
	}
	// Maps are encoded in the order of their keys.
	encoded, err := json.Marshal(content)
	if err != nil {
		panic(fmt.Sprintf("MakeUnique: encode strings and bytes: %v", err))
	}
	sum := sha256.Sum256(encoded)
	setLabel(obj, LabelBaseName, base)
	obj.SetName(base + "-" + hex.EncodeToString(sum[:])[:uniqueHashLength])
	return obj
}

func setLabel(obj client.Object, key, value string) {
	labels := obj.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels[key] = value
	obj.SetLabels(labels)
}
