// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/capi"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// withoutDefault is a variable that clusterctl asks users for.
var withoutDefault = regexp.MustCompile(`\$\{[A-Z0-9_]+\}`)

func TestComponentsNeedNoCredentials(t *testing.T) {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := (&parts.Builder{CacheDir: filepath.Join(cache, "kubeception")}).ModuleDir(t.Context(), part, module)
	if err != nil {
		t.Fatal(err)
	}
	components, err := render(folder, "localhost/k/aws:1")
	if err != nil {
		t.Fatal(err)
	}
	text, err := deploy.Print(components)
	if err != nil {
		t.Fatal(err)
	}
	if asked := withoutDefault.FindAllString(string(text), -1); len(asked) > 0 {
		t.Errorf("clusterctl would ask for %v", asked)
	}
	if !strings.Contains(string(text), "BootstrapFormatIgnition=true") {
		t.Error("machines that boot with Ignition would be refused")
	}
	deployments := 0
	for _, object := range components {
		if object.GetKind() != "Deployment" {
			continue
		}
		deployments++
		err := capi.EditContainer(object, "manager", func(c map[string]any) {
			if c["image"] != "localhost/k/aws:1" || object.GetNamespace() != "capa-system" {
				t.Errorf("%s runs %v", object.GetNamespace(), c["image"])
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if deployments != 1 {
		t.Errorf("there are %d deployments", deployments)
	}
}
