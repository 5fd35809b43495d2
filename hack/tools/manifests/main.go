// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Manifests builds the kustomize overlays in config/.
//
//	manifests build <overlay>            prints the components of a provider
//	manifests check <provider> <overlay> tells what clusterctl would refuse or would not work once installed
//
// It is kustomize as a library, so that a release needs no other binary.
package main

import (
	"fmt"
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func build(overlay string) (resmap.ResMap, error) {
	objects, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), overlay)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", overlay, err)
	}
	return objects, nil
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 2 && arguments[0] == "build":
		objects, err := build(arguments[1])
		if err != nil {
			return err
		}
		text, err := objects.AsYaml()
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(text)
		return err
	case len(arguments) == 3 && arguments[0] == "check":
		objects, err := build(arguments[2])
		if err != nil {
			return err
		}
		return check(arguments[1], objects)
	default:
		return fmt.Errorf("usage: manifests build <overlay> | manifests check <provider> <overlay>")
	}
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
