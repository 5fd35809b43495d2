// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/util/version"
	"sigs.k8s.io/yaml"
)

// coreLabel is the label of Cluster API itself.
const coreLabel = "cluster-api"

// Repository is a folder of provider releases that clusterctl reads instead of
// downloading, and the clusterctl.yaml that tells it so.
type Repository struct {
	dir    string // <dir>/<label>/<version>/<file>
	config string
}

// OpenRepository opens the repository of a seed, creating it if need be.
func OpenRepository(stateDir string) *Repository {
	return &Repository{
		dir:    filepath.Join(stateDir, "clusterctl", "repository"),
		config: filepath.Join(stateDir, "clusterctl.yaml"),
	}
}

// Config returns the path of clusterctl.yaml. It exists after the first Add.
func (r *Repository) Config() string { return r.config }

// Add stores a release of the provider with the given clusterctl label, for
// example "cluster-api" or "infrastructure-kubeception", and makes its newest
// release the default. Files are keyed by name; the components file of the
// provider's type and metadata.yaml must be among them, templates may be. An
// existing release of that version is replaced.
func (r *Repository) Add(label, release string, files map[string][]byte) error {
	kind, err := kindOf(label)
	if err != nil {
		return err
	}
	if _, err := version.ParseSemantic(release); err != nil {
		return fmt.Errorf("release of %s: %w", label, err)
	}
	for _, name := range []string{kind.components, "metadata.yaml"} {
		if files[name] == nil {
			return fmt.Errorf("release %s of %s has no %s", release, label, name)
		}
	}
	dir := filepath.Join(r.dir, label, release)
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, content := range files {
		// Components hold the keys of serving certificates.
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return r.writeConfig()
}

// Files returns the files of a release by name.
func (r *Repository) Files(label, release string) (map[string][]byte, error) {
	files, err := readFiles(filepath.Join(r.dir, label, release))
	if err != nil {
		return nil, fmt.Errorf("read release %s of %s: %w", release, label, err)
	}
	return files, nil
}

// AddRelease stores what `make release` wrote to the folder out: every provider
// whose components file is there, each with metadata.yaml and, because
// clusterctl looks for them there only, the templates with the infrastructure
// provider. It returns the labels of the providers found.
func (r *Repository) AddRelease(name, release, out string) ([]string, error) {
	files, err := readFiles(out)
	if err != nil {
		return nil, err
	}
	var labels []string
	for _, kind := range kinds {
		if files[kind.components] == nil || kind.prefix == "" {
			continue
		}
		label := kind.prefix + name
		own := map[string][]byte{}
		for file, content := range files {
			isTemplate := strings.HasPrefix(file, "cluster-template") || strings.HasPrefix(file, "clusterclass-")
			if file == kind.components || file == "metadata.yaml" || isTemplate && kind.provider == "InfrastructureProvider" {
				own[file] = content
			}
		}
		if err := r.Add(label, release, own); err != nil {
			return nil, err
		}
		labels = append(labels, label)
	}
	return labels, nil
}

func readFiles(dir string) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			if files[entry.Name()], err = os.ReadFile(filepath.Join(dir, entry.Name())); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// kind is a type of provider as clusterctl knows it.
type kind struct {
	prefix     string // of labels; the rest of a label is the provider's name
	provider   string // clusterctl's name of the type
	flag       string // of `clusterctl init` and `generate provider`
	components string // file name
}

// kinds has the core provider last: its empty prefix matches every label.
var kinds = []kind{
	{"bootstrap-", "BootstrapProvider", "--bootstrap", "bootstrap-components.yaml"},
	{"control-plane-", "ControlPlaneProvider", "--control-plane", "control-plane-components.yaml"},
	{"infrastructure-", "InfrastructureProvider", "--infrastructure", "infrastructure-components.yaml"},
	{"runtime-extension-", "RuntimeExtensionProvider", "--runtime-extension", "runtime-extension-components.yaml"},
	{"", "CoreProvider", "--core", "core-components.yaml"},
}

func kindOf(label string) (kind, error) {
	for _, k := range kinds {
		if strings.HasPrefix(label, k.prefix) && (k.prefix != "" || label == coreLabel) {
			return k, nil
		}
	}
	return kind{}, fmt.Errorf("%q is not a provider label of clusterctl", label)
}

// providerConfig is an entry of clusterctl.yaml.
type providerConfig struct {
	Name string `json:"name"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// writeConfig lists the newest release of every provider in the repository.
func (r *Repository) writeConfig() error {
	labels, err := os.ReadDir(r.dir)
	if err != nil {
		return err
	}
	var providers []providerConfig
	for _, entry := range labels {
		label := entry.Name()
		kind, err := kindOf(label)
		if err != nil {
			return err
		}
		newest, err := r.newest(label)
		if err != nil {
			return err
		}
		providers = append(providers, providerConfig{
			Name: strings.TrimPrefix(label, kind.prefix),
			Type: kind.provider,
			URL:  filepath.Join(r.dir, label, newest, kind.components),
		})
	}
	text, err := yaml.Marshal(map[string]any{
		"providers":        providers,
		"cert-manager":     map[string]string{"externallyProvisioned": "true"},
		"CLUSTER_TOPOLOGY": "true",
		"EXP_RUNTIME_SDK":  "true",
	})
	if err != nil {
		return err
	}
	return os.WriteFile(r.config, text, 0o644)
}

// newest returns the highest release of a provider.
func (r *Repository) newest(label string) (string, error) {
	releases, err := os.ReadDir(filepath.Join(r.dir, label))
	if err != nil {
		return "", err
	}
	var newest *version.Version
	var name string
	for _, entry := range releases {
		v, err := version.ParseSemantic(entry.Name())
		if err != nil {
			return "", err
		}
		if newest == nil || newest.LessThan(v) {
			newest, name = v, entry.Name()
		}
	}
	if newest == nil {
		return "", fmt.Errorf("no release of %s in %s", label, r.dir)
	}
	return name, nil
}
