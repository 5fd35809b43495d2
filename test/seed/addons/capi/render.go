// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

// RenderComponents builds the kustomization in dir and has its container
// "manager" run the given image, which is never pulled. Variables of
// clusterctl are left in place.
func RenderComponents(dir, image string) ([]*unstructured.Unstructured, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, fmt.Errorf("kustomize %s: %w", dir, err)
	}
	text, err := resources.AsYaml()
	if err != nil {
		return nil, err
	}
	objects, err := deploy.Parse(text)
	if err != nil {
		return nil, err
	}
	managers := 0
	for _, object := range objects {
		if object.GetKind() != "Deployment" {
			continue
		}
		err := EditContainer(object, "manager", func(container map[string]any) {
			container["image"], container["imagePullPolicy"] = image, "IfNotPresent"
			managers++
		})
		if err != nil {
			return nil, err
		}
	}
	if managers != 1 {
		return nil, fmt.Errorf("%s has %d containers called manager, want one", dir, managers)
	}
	return objects, nil
}

// EditContainer applies edit to the container of that name in a workload's pod
// template. It does nothing if there is none.
func EditContainer(workload *unstructured.Unstructured, name string, edit func(map[string]any)) error {
	path := []string{"spec", "template", "spec", "containers"}
	containers, _, err := unstructured.NestedSlice(workload.Object, path...)
	if err != nil {
		return err
	}
	for _, container := range containers {
		if c, ok := container.(map[string]any); ok && c["name"] == name {
			edit(c)
		}
	}
	return unstructured.SetNestedSlice(workload.Object, containers, path...)
}
