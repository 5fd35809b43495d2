// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package placement

import (
	"testing"

	. "github.com/onsi/gomega"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	crenvtest "sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/capicore"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/envtest"
)

// etcds is the kind of etcd-druid, without which a cluster is no seed.
const etcds = `
metadata: {name: etcds.druid.gardener.cloud}
spec:
  group: druid.gardener.cloud
  scope: Namespaced
  names: {plural: etcds, singular: etcd, kind: Etcd, listKind: EtcdList}
  versions: [{name: v1alpha1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`

func prepare(t *testing.T, g Gomega, server *envtest.Server) {
	t.Helper()
	definition := object[apiextensionsv1.CustomResourceDefinition](t, etcds)
	core, err := capicore.Prepare(t.Context()) // Its kinds are there, and nobody carries them out.
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = core.Stop() })
	_, err = crenvtest.InstallCRDs(server.Config, crenvtest.CRDInstallOptions{CRDs: append(core.CRDs(), definition)})
	g.Expect(err).NotTo(HaveOccurred())
}

func createAny(t *testing.T, g Gomega, c client.Client, manifest string) {
	t.Helper()
	object := &unstructured.Unstructured{}
	g.Expect(yaml.Unmarshal([]byte(manifest), &object.Object)).To(Succeed())
	g.Expect(c.Create(t.Context(), object)).To(Succeed())
}
