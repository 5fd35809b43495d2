// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package placement

import (
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	crenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/capicore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

func prepare(t *testing.T, g Gomega, server *envtest.Server) {
	t.Helper()
	druid, err := envtest.DruidCRDs() // Without its kinds a cluster is no seed.
	g.Expect(err).NotTo(HaveOccurred())
	core, err := capicore.Prepare(t.Context()) // Its kinds are there, and nobody carries them out.
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = core.Stop() })
	_, err = crenvtest.InstallCRDs(server.Config, crenvtest.CRDInstallOptions{CRDs: append(core.CRDs(), druid...)})
	g.Expect(err).NotTo(HaveOccurred())
}

func createAny(t *testing.T, g Gomega, c client.Client, manifest string) {
	t.Helper()
	object := &unstructured.Unstructured{}
	g.Expect(yaml.Unmarshal([]byte(manifest), &object.Object)).To(Succeed())
	g.Expect(c.Create(t.Context(), object)).To(Succeed())
}
