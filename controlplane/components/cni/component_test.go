// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cni_test

import (
	"testing"

	. "github.com/onsi/gomega"

	controlplanev1 "github.com/kubeception/cluster-api-provider-kubeception/api/controlplane/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/component/golden"
	"github.com/kubeception/cluster-api-provider-kubeception/controlplane/components/cni"
)

func TestObjects(t *testing.T) { golden.Run(t, cni.New(), "testdata") }

func TestANetworkIsThereOnRequest(t *testing.T) {
	for kind, want := range map[controlplanev1.CNIType]bool{
		"": false, controlplanev1.CNINone: false,
		controlplanev1.CNIFlannel: true, controlplanev1.CNICalico: true, controlplanev1.CNICilium: true,
	} {
		in := golden.ReadInput(t, "testdata/default/input.yaml")
		in.Configuration.Addons.CNI.Type = kind
		NewWithT(t).Expect(cni.New().Enabled(in)).To(Equal(want), string(kind))
	}
}

func TestManifestsAreChecked(t *testing.T) {
	const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	cases := map[string]struct{ manifests, want string }{
		"nothing at all":          {"", "hold no manifests"},
		"nothing but comments":    {"# soon\n---\n# really\n", "hold no manifests"},
		"what is no YAML":         {configMap + "---\na: [", "ConfigMap key cilium/all.yaml: document 2: it is not YAML"},
		"a key twice":             {"a: 1\na: 2\n", "document 1: it is not YAML"},
		"what is no object":       {"- a\n", "document 1: it is no object"},
		"an object without kind":  {"metadata: {name: a}\n", "document 1: it is no object of Kubernetes; give it apiVersion, kind and metadata.name"},
		"an item without name":    {"apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ConfigMap}]\n", "document 1: item 1: it is no object of Kubernetes"},
		"a hook":                  {configMap + "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: j, annotations: {helm.sh/hook: post-install}}\n", "document 2: Job j is a hook of Helm (post-install), which runs only under Helm; use helm template --no-hooks"},
		"an unknown variable":     {"# ${KUBECEPTION_HOST}\n", "there is no variable ${KUBECEPTION_HOST}; use one of KUBECEPTION_ENDPOINT_HOST, KUBECEPTION_ENDPOINT_PORT, KUBECEPTION_POD_CIDR"},
		"variables of scripts":    {configMap + "data: {script: 'echo ${BIN_PATH} ${KUBERNETES_SERVICE_HOST}'}\n", ""},
		"an object twice":         {configMap + "---\n" + configMap, "ConfigMap a is rendered twice"},
		"an object and a comment": {configMap + "---\n# the end\n", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			in := golden.ReadInput(t, "testdata/default/input.yaml")
			in.Configuration.Addons.CNI.Type = controlplanev1.CNICilium
			in.References.CNIManifests = map[string]string{"cilium/all.yaml": c.manifests}
			rendered, err := component.Prepare(in, cni.New())
			if c.want != "" {
				g.Expect(err).To(MatchError(ContainSubstring(c.want)))
				return
			}
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(rendered.Target).To(HaveLen(1))
		})
	}
}

func TestContainersOfManifestsAreTheUsers(t *testing.T) {
	in := golden.ReadInput(t, "testdata/calico/input.yaml")
	in.Configuration.Components[0].Containers = []controlplanev1.ContainerResources{{Name: "calico-node"}}
	_, err := cni.New().Render(in)
	NewWithT(t).Expect(err).To(MatchError(ContainSubstring("spec.components[cni].containers: the containers are those of your manifests")))
}
