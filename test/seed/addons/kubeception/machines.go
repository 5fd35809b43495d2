// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeception

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	hostedimages "github.com/kubeception/cluster-api-provider-kubeception/internal/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/registry"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

// prepareMachines builds what machine images consist of. The images themselves name the seed's registry, whose address
// is not known before the seed is.
func prepareMachines(ctx context.Context, s *seed.Seed) error {
	for _, minor := range parts.Minors() {
		if _, err := machines(s).Spec(ctx, minor); err != nil {
			return fmt.Errorf("machine image of %s: %w", minor, err)
		}
	}
	return nil
}

func machines(s *seed.Seed) *machine.Builder {
	return &machine.Builder{Binaries: s.Binaries, Images: s.Images, Debian: s.Debian}
}

// loadMachines builds machine images that pull from the seed's registry first, and returns where they are.
func loadMachines(ctx context.Context, s *seed.Seed) ([]hostedimages.Source, error) {
	address, err := registry.Address(ctx, s)
	if err != nil {
		return nil, err
	}
	mirror := filepath.Join(s.StateDir, "registry-mirror.toml")
	if err := os.WriteFile(mirror, registry.Mirror(address), 0o644); err != nil {
		return nil, err
	}
	builder := machines(s)
	builder.Files = map[string]string{registry.MirrorFile: mirror}
	var overrides []hostedimages.Source
	for _, minor := range parts.Minors() {
		image, err := builder.Build(ctx, minor)
		if err != nil {
			return nil, fmt.Errorf("machine image of %s: %w", minor, err)
		}
		if err := s.LoadImage(ctx, image); err != nil {
			return nil, err
		}
		version, err := builder.Version(minor)
		if err != nil {
			return nil, err
		}
		overrides = append(overrides, hostedimages.Source{
			Name: hostedimages.KubeceptionMachine, Versions: strings.TrimPrefix(version, "v"), Image: image.Ref,
		})
	}
	return overrides, nil
}
