// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package nodeconfig

import (
	"testing"

	"github.com/coreos/ignition/v2/config/v3_3"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	bootstrapv1 "github.com/kubeception/cluster-api-provider-kubeception/api/bootstrap/v1alpha1"
)

func TestTheSameFilesAreInEveryFormat(t *testing.T) {
	for name, node := range cases(t) {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			c, err := contentOf(node)
			g.Expect(err).NotTo(HaveOccurred())

			data, err := ignition(c)
			g.Expect(err).NotTo(HaveOccurred())
			config, problems, err := v3_3.Parse(data)
			g.Expect(err).NotTo(HaveOccurred(), problems.String())
			inIgnition := map[string]int{}
			for _, f := range config.Storage.Files {
				inIgnition[f.Path] = *f.Mode
			}
			for _, f := range c.files {
				g.Expect(inIgnition).To(HaveKeyWithValue(f.path, f.mode))
			}

			data, err = cloudConfig(c)
			g.Expect(err).NotTo(HaveOccurred())
			document := cloudConfigDocument{}
			g.Expect(yaml.UnmarshalStrict(data, &document)).To(Succeed())
			g.Expect(document.WriteFiles).To(HaveLen(len(c.files)))
			for i, f := range document.WriteFiles {
				if f.Encoding == "" {
					g.Expect(f.Content).To(Equal(string(c.files[i].content)), "YAML keeps every byte of "+f.Path)
				}
			}
		})
	}
}

func TestTheBootstrapKubeconfigIsUsable(t *testing.T) {
	g := NewWithT(t)
	text, err := bootstrapKubeconfig(cases(t)["dual-stack"])
	g.Expect(err).NotTo(HaveOccurred())
	config, err := clientcmd.Load(text)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(clientcmd.ConfirmUsable(*config, "")).To(Or(Succeed(), MatchError(ContainSubstring(clusterCAPath))), "the file is on the machine")
	g.Expect(config.Clusters["cluster"].Server).To(Equal("https://[fd00::6]:6443"))
}

func TestWhatCannotBeRendered(t *testing.T) {
	cases := map[string]struct {
		change func(*Node)
		want   string
	}{
		"two files of one path": {func(n *Node) {
			n.Spec.Files = []bootstrapv1.File{{Path: kubeletConfigPath, Content: new("")}}
		}, "two files have the path /etc/kubernetes/kubelet.yaml; remove one of them"},
		"a file without content": {func(n *Node) { n.Spec.Files = []bootstrapv1.File{{Path: "/a"}} }, "the content of /a is not known"},
		"what Ignition refuses": {func(n *Node) {
			n.Spec.Format = bootstrapv1.Ignition
			n.Spec.Files = []bootstrapv1.File{{Path: "relative", Content: new("")}}
		}, "validate the Ignition config"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			node := &Node{Version: "v1.36.3"}
			c.change(node)
			_, _, err := Render(node)
			NewWithT(t).Expect(err).To(MatchError(ContainSubstring(c.want)))
		})
	}
}

func TestReservedPathsAreThoseThatAreWritten(t *testing.T) {
	for name, node := range cases(t) {
		own := map[string]bool{}
		for _, f := range node.Spec.Files {
			own[f.Path] = true
		}
		for _, f := range unitFiles(node.Spec.Units) {
			own[f.path] = true
		}
		for _, f := range registryFilesOf(node) {
			own[f.path] = true // A user may well write these.
		}
		c, err := contentOf(node)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range c.files {
			if !own[f.path] && !Reserved(f.path) {
				t.Errorf("%s: %s is written and not reserved", name, f.path)
			}
		}
	}
}

func registryFilesOf(node *Node) []file {
	var files []file
	for _, mirror := range node.Spec.RegistryMirrors {
		files = append(files, registryFiles(mirror)...)
	}
	return files
}
