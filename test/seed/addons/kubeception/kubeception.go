// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeception

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	hostedimages "github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/capi"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/registry"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// Release is the version clusterctl knows the checkout's providers by.
const Release = parts.Release

// Addon installs the providers.
type Addon struct{}

var (
	_ seed.Addon    = Addon{}
	_ seed.Preparer = Addon{}
)

// Name implements seed.Addon.
func (Addon) Name() string { return "kubeception" }

// provider is one of this checkout's.
type provider struct {
	folder string // in config/
	source string // of its main package, if that is another one
	label  string // clusterctl's
	images bool   // it takes a file of image overrides
}

// providers are installed together.
var providers = []provider{
	{folder: "controlplane", label: "control-plane-kubeception", images: true},
	{folder: "bootstrap", label: "bootstrap-kubeception"},
	{folder: infrastructure, label: "infrastructure-kubeception", images: true},
	{folder: "topology", source: "exp/topology", label: "runtime-extension-kubeception"},
}

const infrastructure = "infrastructure"

func (p provider) program() deploy.Program {
	return deploy.Program{Image: p.folder + "-manager", Binary: "manager:" + cmp.Or(p.source, p.folder), Path: "/manager"}
}

// Prepare implements seed.Preparer.
func (Addon) Prepare(ctx context.Context, s *seed.Seed, _ io.Writer) error {
	for _, p := range providers {
		if _, err := p.program().Build(ctx, s); err != nil {
			return err
		}
	}
	for _, h := range allHosted() {
		program, err := h.program(s)
		if err != nil {
			return err
		}
		if _, err := program.Build(ctx, s); err != nil {
			return err
		}
	}
	return prepareMachines(ctx, s)
}

// Install implements seed.Addon.
func (Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	overrides, err := loadHosted(ctx, s)
	if err != nil {
		return err
	}
	pulled, err := registry.Overrides(s)
	if err != nil {
		return err
	}
	machines, err := loadMachines(ctx, s)
	if err != nil {
		return err
	}
	overrides = slices.Concat(overrides, pulled, machines)
	releases := make([]capi.Provider, 0, len(providers))
	for _, p := range providers {
		release, err := p.release(ctx, s, overrides)
		if err != nil {
			return fmt.Errorf("provider %s: %w", p.label, err)
		}
		releases = append(releases, release)
	}
	return capi.Install(ctx, s, log, releases...)
}

// release loads the provider's image and renders what clusterctl installs.
func (p provider) release(ctx context.Context, s *seed.Seed, overrides []hostedimages.Source) (capi.Provider, error) {
	image, err := p.program().Load(ctx, s)
	if err != nil {
		return capi.Provider{}, err
	}
	checkout, err := s.Binaries.CheckoutDir()
	if err != nil {
		return capi.Provider{}, err
	}
	components, err := capi.RenderComponents(filepath.Join(checkout, "config", p.folder), image.Ref)
	if err != nil {
		return capi.Provider{}, err
	}
	if p.images {
		if components, err = withOverrides(components, overrides); err != nil {
			return capi.Provider{}, err
		}
	}
	var templates map[string][]byte
	if p.folder == infrastructure {
		if templates, err = readTemplates(filepath.Join(checkout, "templates")); err != nil {
			return capi.Provider{}, err
		}
	}
	metadata, err := os.ReadFile(filepath.Join(checkout, "metadata.yaml"))
	if err != nil {
		return capi.Provider{}, err
	}
	return capi.Provider{Label: p.label, Release: Release, Components: components, Metadata: metadata, Templates: templates}, nil
}

// readTemplates reads the cluster templates and ClusterClasses, which are part of an infrastructure provider's release.
func readTemplates(folder string) (map[string][]byte, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	templates := map[string][]byte{}
	for _, file := range files {
		if templates[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			return nil, err
		}
	}
	return templates, nil
}
