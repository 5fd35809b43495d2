// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package gardener

import (
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"
)

func TestAbsent(t *testing.T) {
	cases := map[string]struct {
		apiService string
		refused    string
	}{
		"no API of Gardener": {},
		"an API that Kubernetes registered for our CRDs": {
			apiService: `{metadata: {name: v1beta1.core.gardener.cloud, labels: {kube-aggregator.kubernetes.io/automanaged: "true"}}, spec: {group: core.gardener.cloud, version: v1beta1}}`,
		},
		"another API": {
			apiService: `{metadata: {name: v1beta1.metrics.k8s.io}, spec: {service: {namespace: kube-system, name: metrics-server, port: 443}}}`,
		},
		"the API of a Gardener": {
			apiService: `{metadata: {name: v1beta1.core.gardener.cloud}, spec: {service: {namespace: kube-system, name: gardener-apiserver, port: 443}}}`,
			refused:    "the APIService v1beta1.core.gardener.cloud leads to the Service kube-system/gardener-apiserver",
		},
		"the security API of a Gardener": {
			apiService: `{metadata: {name: v1alpha1.security.gardener.cloud}, spec: {service: {namespace: garden, name: gardener-apiserver}}}`,
			refused:    "cannot stand beside it",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var objects []client.Object
			if c.apiService != "" {
				object := &unstructured.Unstructured{}
				g.Expect(yaml.Unmarshal([]byte(c.apiService), &object.Object)).To(Succeed())
				object.SetAPIVersion("apiregistration.k8s.io/v1")
				object.SetKind("APIService")
				objects = append(objects, object)
			}
			err := Absent(t.Context(), fake.NewClientBuilder().WithObjects(objects...).Build())
			if c.refused == "" {
				g.Expect(err).NotTo(HaveOccurred())
				return
			}
			g.Expect(err).To(MatchError(ContainSubstring(c.refused)))
			var serves *ServesAPIError
			g.Expect(err).To(BeAssignableToTypeOf(serves))
		})
	}
}
