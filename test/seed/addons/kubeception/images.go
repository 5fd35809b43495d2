// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeception

import (
	"context"
	"fmt"
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

// hosted is a component of hosted control planes, for one Kubernetes minor or for all.
type hosted struct{ name, minor string }

func allHosted() []hosted {
	var all []hosted
	for _, minor := range parts.Minors() {
		for _, name := range []string{hostedimages.KubeAPIServer, hostedimages.KubeControllerManager, hostedimages.KubeScheduler} {
			all = append(all, hosted{name, minor})
		}
	}
	return append(all, hosted{name: hostedimages.KonnectivityServer})
}

// program is laid out and tagged as the upstream image.
func (h hosted) program(s *seed.Seed) (deploy.Program, error) {
	binary, path := h.name+"-"+h.minor, "/usr/local/bin/"+h.name
	if h.minor == "" {
		binary, path = h.name, "/"+h.name
	}
	version, err := s.Binaries.Version(binary)
	if err != nil {
		return deploy.Program{}, err
	}
	return deploy.Program{Image: h.name, Binary: binary, Path: path, Tag: version}, nil
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
		override := hostedimages.Source{Name: h.name, Image: image.Ref}
		if h.minor != "" {
			override.Versions = strings.TrimPrefix(program.Tag, "v")
		}
		overrides = append(overrides, override)
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
