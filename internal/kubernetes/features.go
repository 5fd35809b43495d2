// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubernetes

// Feature is something that a minor version brought; see versions.yaml.
type Feature string

const (
	// StructuredAuthenticationV1 is AuthenticationConfiguration in apiserver.config.k8s.io/v1.
	StructuredAuthenticationV1 Feature = "StructuredAuthenticationV1"
	// StructuredAuthorizationV1 is AuthorizationConfiguration in apiserver.config.k8s.io/v1.
	StructuredAuthorizationV1 Feature = "StructuredAuthorizationV1"
	// MutatingAdmissionPolicyV1 is MutatingAdmissionPolicy in admissionregistration.k8s.io/v1, served by default.
	MutatingAdmissionPolicyV1 Feature = "MutatingAdmissionPolicyV1"
)

// Has reports whether a version has a feature. What is no version has none.
func Has(version string, feature Feature) bool {
	v, err := parse(version)
	since, known := matrix().features[feature]
	return err == nil && known && minorOf(v) >= since
}
