// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestClusterctlIsToldOfTheNewestReleases(t *testing.T) {
	state := t.TempDir()
	repository := OpenRepository(state)
	for _, release := range []struct{ label, version, components string }{
		{"control-plane-kubeception", "v0.10.0", "control-plane-components.yaml"},
		{"control-plane-kubeception", "v0.9.0", "control-plane-components.yaml"},
		{"cluster-api", "v1.14.2", "core-components.yaml"},
	} {
		files := map[string][]byte{release.components: []byte("a: b"), "metadata.yaml": []byte("c: d")}
		if err := repository.Add(release.label, release.version, files); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(repository.Config())
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Providers   []providerConfig
		CertManager map[string]string `json:"cert-manager"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(state, "clusterctl", "repository")
	want := []providerConfig{
		{"cluster-api", "CoreProvider", base + "/cluster-api/v1.14.2/core-components.yaml"},
		{"kubeception", "ControlPlaneProvider", base + "/control-plane-kubeception/v0.10.0/control-plane-components.yaml"},
	}
	if !slices.Equal(config.Providers, want) || config.CertManager["externallyProvisioned"] != "true" {
		t.Errorf("got\n%s", text)
	}
}

func TestAReleaseClusterctlCouldNotReadIsRefused(t *testing.T) {
	complete := map[string][]byte{"control-plane-components.yaml": {}, "metadata.yaml": {}}
	for name, tc := range map[string]struct {
		label, version string
		files          map[string][]byte
		want           string
	}{
		"no metadata":         {"control-plane-x", "v1.0.0", map[string][]byte{"control-plane-components.yaml": {}}, "no metadata.yaml"},
		"no components":       {"bootstrap-x", "v1.0.0", complete, "no bootstrap-components.yaml"},
		"not a version":       {"control-plane-x", "latest", complete, "release of control-plane-x"},
		"not a known type":    {"addon-x", "v1.0.0", complete, "not a provider label"},
		"another core's name": {"cluster-apis", "v1.0.0", complete, "not a provider label"},
	} {
		t.Run(name, func(t *testing.T) {
			err := OpenRepository(t.TempDir()).Add(tc.label, tc.version, tc.files)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestAReleaseFolderBecomesOneReleasePerProvider(t *testing.T) {
	out, state := t.TempDir(), t.TempDir()
	for _, file := range []string{
		"control-plane-components.yaml", "infrastructure-components.yaml", "metadata.yaml",
		"cluster-template.yaml", "cluster-template-aws.yaml", "clusterclass-local.yaml",
	} {
		if err := os.WriteFile(filepath.Join(out, file), []byte("a: b"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	labels, err := OpenRepository(state).AddRelease("kubeception", "v0.1.0", out)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(labels, []string{"control-plane-kubeception", "infrastructure-kubeception"}) {
		t.Errorf("providers %q", labels)
	}
	for label, want := range map[string][]string{
		"control-plane-kubeception": {"control-plane-components.yaml", "metadata.yaml"},
		"infrastructure-kubeception": {
			"cluster-template-aws.yaml", "cluster-template.yaml", "clusterclass-local.yaml",
			"infrastructure-components.yaml", "metadata.yaml",
		},
	} {
		files, _ := filepath.Glob(filepath.Join(state, "clusterctl", "repository", label, "v0.1.0", "*"))
		for i := range files {
			files[i] = filepath.Base(files[i])
		}
		if !slices.Equal(files, want) {
			t.Errorf("%s has %q, want %q", label, files, want)
		}
	}
}
