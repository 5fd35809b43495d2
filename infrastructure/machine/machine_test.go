// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/cloudconfig"
)

var (
	cluster  = client.ObjectKey{Namespace: "team", Name: "c"}
	smallest = Machine{
		Key: client.ObjectKey{Namespace: "team--c--machines", Name: "c-workers-x7k2p"}, Cluster: cluster,
		InstanceID: "0b1f", Image: "example.com/kubeception-machine:v1.36.3", UserData: []byte("#cloud-config\n"),
	}
)

func TestObjects(t *testing.T) {
	large := smallest
	cpu, memory := resource.MustParse("4"), resource.MustParse("8Gi")
	large.CPU, large.Memory, large.Architecture, large.FailureDomain = &cpu, &memory, "arm64", "eu-1a"
	virtual := smallest
	virtual.FailureDomain, virtual.Virtual = "left", true
	for name, m := range map[string]Machine{"smallest": smallest, "largest": large, "virtual-failure-domain": virtual} {
		t.Run(name, func(t *testing.T) {
			secret, err := Secret(m)
			if err != nil {
				t.Fatal(err)
			}
			expectGolden(t, name, secret, Pod(m))
		})
	}
	t.Run("namespace", func(t *testing.T) {
		const name = "team--c--machines"
		expectGolden(t, "namespace", Namespace(name, cluster), NetworkPolicy(name, cluster))
	})
}

// expectGolden compares objects with a file, or writes it when UPDATE_GOLDEN is set.
func expectGolden(t *testing.T, name string, objects ...client.Object) {
	t.Helper()
	documents := make([][]byte, 0, len(objects))
	for _, object := range objects {
		document, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, document)
	}
	got := bytes.Join(documents, []byte("---\n"))
	file := filepath.Join("testdata", name, "objects.yaml")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("differs from %s; run make golden if that is meant:\n%s", file, diff)
	}
}

func TestAMachineIsToldWhoItIs(t *testing.T) {
	g := NewWithT(t)
	secret, err := Secret(smallest)
	g.Expect(err).NotTo(HaveOccurred())
	told, err := cloudconfig.ParseMetaData(secret.Data[cloudconfig.MetaDataFile])
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(told).To(Equal(cloudconfig.MetaData{
		InstanceID: "0b1f", LocalHostname: "c-workers-x7k2p", ProviderID: "kubeception://team--c--machines/c-workers-x7k2p",
	}))
}

func TestAProviderIDNamesAPod(t *testing.T) {
	cases := map[string]bool{
		"kubeception://ns/pod": true, "kubeception:///pod": false, "kubeception://ns/": false, "kubeception://ns": false, "aws:///a/b": false, "": false,
	}
	for id, want := range cases {
		t.Run(id, func(t *testing.T) {
			g := NewWithT(t)
			pod, ok := PodOf(id)
			g.Expect(ok).To(Equal(want))
			if ok {
				g.Expect(ProviderID(pod)).To(Equal(id))
			}
		})
	}
}

func TestTheNamespaceDerivesFromWhatMoveCarries(t *testing.T) {
	g := NewWithT(t)
	g.Expect(NamespaceName("", cluster)).To(Equal("team--c--machines"))
	g.Expect(NamespaceName("mine", cluster)).To(Equal("mine"))
}

func TestAnObjectLeadsToItsMachineAndCluster(t *testing.T) {
	g := NewWithT(t)
	g.Expect(Of(Pod(smallest))).To(Equal(client.ObjectKey{Namespace: "team", Name: "c-workers-x7k2p"}))
	g.Expect(ClusterOf(Pod(smallest))).To(Equal(cluster))
}
