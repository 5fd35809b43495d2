// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package capi

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

// Addon installs Cluster API's core provider.
type Addon struct{}

var (
	_ seed.Addon    = Addon{}
	_ seed.Preparer = Addon{}
)

// Name implements seed.Addon.
func (Addon) Name() string { return "capi" }

var manager = deploy.Program{Image: "cluster-api-controller", Binary: "capi-core", Path: "/manager"}

// Prepare implements seed.Preparer.
func (Addon) Prepare(ctx context.Context, s *seed.Seed, _ io.Writer) error {
	if _, err := manager.Build(ctx, s); err != nil {
		return err
	}
	_, err := s.Binaries.Binary(ctx, "clusterctl")
	return err
}

// Install implements seed.Addon.
func (Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	image, err := manager.Load(ctx, s)
	if err != nil {
		return err
	}
	if err := installCertManagerDefinitions(ctx, s, log); err != nil {
		return fmt.Errorf("definitions of cert-manager: %w", err)
	}
	module, err := s.Binaries.ModuleDir(ctx, "capi-core", "sigs.k8s.io/cluster-api")
	if err != nil {
		return err
	}
	release, err := s.Binaries.Version("capi-core")
	if err != nil {
		return err
	}
	components, err := RenderComponents(filepath.Join(module, "core", "config", "default"), image.Ref)
	if err != nil {
		return err
	}
	metadata, err := os.ReadFile(filepath.Join(module, "metadata.yaml"))
	if err != nil {
		return err
	}
	return Install(ctx, s, log, Provider{Label: coreLabel, Release: release, Components: components, Metadata: metadata})
}

// installCertManagerDefinitions applies what clusterctl checks for.
func installCertManagerDefinitions(ctx context.Context, s *seed.Seed, log io.Writer) error {
	module, err := s.Binaries.ModuleDir(ctx, "cert-manager", "github.com/cert-manager/cert-manager")
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(module, "deploy", "crds", "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := s.Apply(ctx, text, log); err != nil {
			return err
		}
	}
	return nil
}
