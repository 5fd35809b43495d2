// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package names

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

const (
	separator = "--"
	// hashLength is that of the part that makes a shortened name one of its own.
	hashLength = 10
)

// Namespace is the name of a namespace for a Cluster: the parts, from the Cluster's own namespace to what the namespace
// is for, with two dashes between them. Where that is no name of a namespace, because it is too long or the name of the
// Cluster has dots, it is its beginning and a hash of all of it.
func Namespace(parts ...string) string {
	name := strings.Join(parts, separator)
	if len(validation.IsDNS1123Label(name)) == 0 {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	kept := strings.ReplaceAll(name, ".", "-")
	kept = kept[:min(len(kept), validation.DNS1123LabelMaxLength-hashLength-1)]
	return strings.TrimRight(kept, "-") + "-" + hex.EncodeToString(sum[:])[:hashLength]
}
