// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeception

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	hostedimages "github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/capi"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// Release is the version clusterctl knows the checkout's providers by. Its
// minor must be in metadata.yaml.
const Release = "v0.1.0-dev"

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
	folder string // of its main package, and in config/
	label  string // clusterctl's
}

// providers are installed in this order.
var providers = []provider{
	{"controlplane", "control-plane-kubeception"},
}

func (p provider) program() deploy.Program {
	return deploy.Program{Image: p.folder + "-manager", Binary: "manager:" + p.folder, Path: "/manager"}
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
	return nil
}

// Install implements seed.Addon.
func (Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	overrides, err := loadHosted(ctx, s)
	if err != nil {
		return err
	}
	for _, p := range providers {
		if err := p.install(ctx, s, log, overrides); err != nil {
			return fmt.Errorf("provider %s: %w", p.label, err)
		}
	}
	return nil
}

func (p provider) install(ctx context.Context, s *seed.Seed, log io.Writer, overrides []hostedimages.Source) error {
	image, err := p.program().Load(ctx, s)
	if err != nil {
		return err
	}
	checkout, err := s.Binaries.CheckoutDir()
	if err != nil {
		return err
	}
	components, err := capi.RenderComponents(filepath.Join(checkout, "config", p.folder), image.Ref)
	if err != nil {
		return err
	}
	if p.folder == "controlplane" {
		if components, err = withOverrides(components, overrides); err != nil {
			return err
		}
	}
	metadata, err := os.ReadFile(filepath.Join(checkout, "metadata.yaml"))
	if err != nil {
		return err
	}
	return capi.Provider{Label: p.label, Release: Release, Components: components, Metadata: metadata}.Install(ctx, s, log)
}

// hosted is a component of hosted control planes for one Kubernetes minor.
type hosted struct{ name, minor string }

func allHosted() []hosted {
	var all []hosted
	for _, minor := range parts.KubernetesMinors {
		for _, name := range []string{hostedimages.KubeAPIServer, hostedimages.KubeControllerManager, hostedimages.KubeScheduler} {
			all = append(all, hosted{name, minor})
		}
	}
	return all
}

// program is laid out and tagged as the upstream image.
func (h hosted) program(s *seed.Seed) (deploy.Program, error) {
	binary := h.name + "-" + h.minor
	version, err := s.Binaries.Version(binary)
	if err != nil {
		return deploy.Program{}, err
	}
	return deploy.Program{Image: h.name, Binary: binary, Path: "/usr/local/bin/" + h.name, Tag: version}, nil
}

// loadHosted loads the hosted components and returns where they are.
func loadHosted(ctx context.Context, s *seed.Seed) ([]hostedimages.Source, error) {
	var overrides []hostedimages.Source
	for _, h := range allHosted() {
		program, err := h.program(s)
		if err != nil {
			return nil, err
		}
		image, err := program.Load(ctx, s)
		if err != nil {
			return nil, err
		}
		overrides = append(overrides, hostedimages.Source{
			Name: h.name, Versions: strings.TrimPrefix(program.Tag, "v"), Image: image.Ref,
		})
	}
	return overrides, nil
}

const (
	overridesDir  = "/etc/kubeception"
	overridesFile = "images.yaml"
)

// withOverrides adds a ConfigMap with the file of image overrides and has the
// manager read it.
func withOverrides(components []*unstructured.Unstructured, overrides []hostedimages.Source) ([]*unstructured.Unstructured, error) {
	text, err := yaml.Marshal(overrides)
	if err != nil {
		return nil, err
	}
	for _, object := range components {
		if object.GetKind() != "Deployment" {
			continue
		}
		name := object.GetName() + "-images"
		if err := mountOverrides(object, name); err != nil {
			return nil, err
		}
		return append(components, &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1",
			"kind":       "ConfigMap",
			"metadata":   map[string]any{"name": name, "namespace": object.GetNamespace()},
			"data":       map[string]any{overridesFile: string(text)},
		}}), nil
	}
	return nil, fmt.Errorf("no Deployment among the components")
}

func mountOverrides(deployment *unstructured.Unstructured, configMap string) error {
	err := capi.EditContainer(deployment, "manager", func(container map[string]any) {
		args, _ := container["args"].([]any)
		container["args"] = append(args, "--images-override="+filepath.Join(overridesDir, overridesFile))
		mounts, _ := container["volumeMounts"].([]any)
		container["volumeMounts"] = append(mounts, map[string]any{"name": "images", "mountPath": overridesDir, "readOnly": true})
	})
	if err != nil {
		return err
	}
	path := []string{"spec", "template", "spec", "volumes"}
	volumes, _, err := unstructured.NestedSlice(deployment.Object, path...)
	if err != nil {
		return err
	}
	volumes = append(volumes, map[string]any{"name": "images", "configMap": map[string]any{"name": configMap}})
	return unstructured.SetNestedSlice(deployment.Object, volumes, path...)
}
