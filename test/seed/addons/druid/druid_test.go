// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package druid

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

func TestDruidIsToldToUseTheImagesOfTheSeed(t *testing.T) {
	config := find(t, renderObjects(t, "localhost/k/etcdbrctl:3"), "ConfigMap", "etcd-druid")
	text, _, _ := unstructured.NestedString(config.Object, "data", "images.yaml")
	var vector struct{ Images []imageOverride }
	if err := yaml.UnmarshalStrict([]byte(text), &vector); err != nil {
		t.Fatal(err)
	}
	want := []imageOverride{
		{"etcd-backup-restore", "localhost/k/etcdbrctl", "3"},
		{"etcd-backup-restore-next", "localhost/k/etcdbrctl", "3"},
		{"etcd-wrapper", "localhost/k/etcd-wrapper-standin", "2"},
		{"etcd-wrapper-next", "localhost/k/etcd-wrapper-standin", "2"},
	}
	if len(vector.Images) != len(want) {
		t.Fatalf("got %v", vector.Images)
	}
	for i := range want {
		if vector.Images[i] != want[i] {
			t.Errorf("image %d is %v, want %v", i, vector.Images[i], want[i])
		}
	}
}

func TestAChangedImageRollsDruid(t *testing.T) {
	checksum := func(sidecar string) string {
		sum, _, _ := unstructured.NestedString(find(t, renderObjects(t, sidecar), "Deployment", "etcd-druid").Object,
			"spec", "template", "metadata", "annotations", "checksum/config")
		return sum
	}
	if a, b := checksum("localhost/k/etcdbrctl:3"), checksum("localhost/k/etcdbrctl:4"); a == b || a == "" {
		t.Errorf("checksums %q and %q", a, b)
	}
}

func TestAllDefinitionsOfDruidAreInstalled(t *testing.T) {
	objects := renderObjects(t, "localhost/k/etcdbrctl:3")
	for _, name := range []string{"etcds", "etcdcopybackupstasks", "etcdopstasks"} {
		find(t, objects, "CustomResourceDefinition", name+".druid.gardener.cloud")
	}
}

func renderObjects(t *testing.T, sidecar string) []*unstructured.Unstructured {
	t.Helper()
	rendered, err := render("localhost/k/etcd-druid:1", "localhost/k/etcd-wrapper-standin:2", sidecar)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := deploy.Parse(rendered)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

func find(t *testing.T, objects []*unstructured.Unstructured, kind, name string) *unstructured.Unstructured {
	t.Helper()
	for _, o := range objects {
		if o.GetKind() == kind && o.GetName() == name {
			return o
		}
	}
	t.Fatalf("no %s %s", kind, name)
	return nil
}
