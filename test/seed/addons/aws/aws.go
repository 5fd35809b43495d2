// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package aws

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/capi"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/addons/deploy"
)

const (
	part   = "cluster-api-provider-aws"
	module = "sigs.k8s.io/cluster-api-provider-aws/v2"
	// label is clusterctl's.
	label = "infrastructure-aws"
)

// Addon installs Cluster API Provider AWS. It needs Cluster API.
type Addon struct{}

var (
	_ seed.Addon    = Addon{}
	_ seed.Preparer = Addon{}
)

// Name implements seed.Addon.
func (Addon) Name() string { return "aws" }

// The manager talks to AWS over TLS.
var manager = deploy.Program{Image: part, Path: "/manager", CACertificates: true}

// Prepare implements seed.Preparer.
func (Addon) Prepare(ctx context.Context, s *seed.Seed, _ io.Writer) error {
	_, err := manager.Build(ctx, s)
	return err
}

// Install implements seed.Addon.
func (Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	image, err := manager.Load(ctx, s)
	if err != nil {
		return err
	}
	folder, err := s.Binaries.ModuleDir(ctx, part, module)
	if err != nil {
		return err
	}
	release, err := s.Binaries.Version(part)
	if err != nil {
		return err
	}
	components, err := render(folder, image.Ref)
	if err != nil {
		return err
	}
	metadata, err := os.ReadFile(filepath.Join(folder, "metadata.yaml"))
	if err != nil {
		return err
	}
	return capi.Install(ctx, s, log, capi.Provider{Label: label, Release: release, Components: components, Metadata: metadata})
}

// render returns the components of a module without credentials of the manager, and with Ignition.
func render(folder, image string) ([]*unstructured.Unstructured, error) {
	components, err := capi.RenderComponents(filepath.Join(folder, "config", "default"), image)
	if err != nil {
		return nil, err
	}
	text, err := deploy.Print(components)
	if err != nil {
		return nil, err
	}
	complete := string(text)
	for before, after := range map[string]string{
		"credentials: ${AWS_B64ENCODED_CREDENTIALS}": `credentials: ""`,
		"${EXP_BOOTSTRAP_FORMAT_IGNITION:=false}":    "true",
	} {
		if !strings.Contains(complete, before) {
			return nil, fmt.Errorf("the components of %s lack %s", part, before)
		}
		complete = strings.ReplaceAll(complete, before, after)
	}
	return deploy.Parse([]byte(complete))
}
