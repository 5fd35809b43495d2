// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubernetesservice_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/kubernetesservice"
)

func TestObjects(t *testing.T) { golden.Run(t, kubernetesservice.New(), "testdata") }

func TestWhatPodsLackIsSaid(t *testing.T) {
	cases := map[string]struct {
		host, version, want string
	}{
		"an address lacks nothing":              {host: "203.0.113.10", version: "v1.36.3"},
		"nor does a name from 1.36 on":          {host: "api.example.com", version: "v1.36.3"},
		"before, pods cannot use a name":        {host: "api.example.com", version: "v1.35.4", want: "the endpoint api.example.com is a name, which pods learn from Kubernetes 1.36 on"},
		"nor an address of another family":      {host: "2001:db8::10", version: "v1.36.3", want: "the family of the Service kubernetes (10.96.0.1)"},
		"an endpoint that is not there is such": {version: "v1.36.3", want: "the endpoint of the API server"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			in := golden.ReadInput(t, "testdata/default/input.yaml")
			in.Endpoint.Host, in.Version = c.host, c.version
			objects, err := kubernetesservice.New().Render(in)
			g.Expect(err).NotTo(HaveOccurred())
			if c.want == "" {
				g.Expect(objects.Waiting).To(BeEmpty())
				g.Expect(objects.Target).NotTo(BeEmpty())
				return
			}
			g.Expect(objects.Waiting).To(ContainSubstring(c.want))
			g.Expect(objects.Target).To(BeEmpty())
		})
	}
}
