// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeception

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	hostedimages "github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/capi"
)

const checkout = "../../../.."

func TestTheControlPlaneManagerIsToldOfTheSeedsImages(t *testing.T) {
	components, err := capi.RenderComponents(filepath.Join(checkout, "config", "controlplane"), "localhost/k/controlplane-manager:1")
	if err != nil {
		t.Fatal(err)
	}
	components, err = withOverrides(components, []hostedimages.Source{
		{Name: hostedimages.KubeAPIServer, Versions: "1.36.3", Image: "localhost/k/kube-apiserver:v1.36.3"},
		{Name: hostedimages.KubeAPIServer, Versions: "1.35.4", Image: "localhost/k/kube-apiserver:v1.35.4"},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), overridesFile)
	if err := os.WriteFile(file, []byte(mountedFile(t, components)), 0o600); err != nil {
		t.Fatal(err)
	}
	vector, err := hostedimages.WithOverrides(file)
	if err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{
		"v1.36.3": "localhost/k/kube-apiserver:v1.36.3",
		"v1.35.4": "localhost/k/kube-apiserver:v1.35.4",
		"v1.35.5": "registry.k8s.io/kube-apiserver:v1.35.5",
	} {
		if got, err := vector.Find(hostedimages.KubeAPIServer, version); got != want || err != nil {
			t.Errorf("for %s the manager takes %s, %v; want %s", version, got, err, want)
		}
	}
}

// mountedFile follows the manager's flag to its volume and ConfigMap.
func mountedFile(t *testing.T, components []*unstructured.Unstructured) string {
	t.Helper()
	configMaps := map[string]string{}
	var mounted string
	for _, object := range components {
		switch object.GetKind() {
		case "ConfigMap":
			configMaps[object.GetNamespace()+"/"+object.GetName()], _, _ = unstructured.NestedString(object.Object, "data", overridesFile)
		case "Deployment":
			volumes, _, _ := unstructured.NestedSlice(object.Object, "spec", "template", "spec", "volumes")
			for _, volume := range volumes {
				if volume.(map[string]any)["name"] == "images" {
					name, _, _ := unstructured.NestedString(volume.(map[string]any), "configMap", "name")
					mounted = object.GetNamespace() + "/" + name
				}
			}
		}
	}
	if configMaps[mounted] == "" {
		t.Fatalf("volume of ConfigMap %q, ConfigMaps %v", mounted, configMaps)
	}
	return configMaps[mounted]
}
