// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package coredns

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"text/template"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
)

//go:embed manifests.yaml
var manifests string

var manifestTemplate = template.Must(template.New("coredns").Option("missingkey=error").Parse(manifests))

// Addon installs CoreDNS.
type Addon struct{}

var (
	_ seed.Addon    = Addon{}
	_ seed.Preparer = Addon{}
)

// Name implements seed.Addon.
func (Addon) Name() string { return "coredns" }

// Prepare implements seed.Preparer.
func (a Addon) Prepare(ctx context.Context, s *seed.Seed, _ io.Writer) error {
	_, err := a.image(ctx, s)
	return err
}

// Install implements seed.Addon.
func (a Addon) Install(ctx context.Context, s *seed.Seed, log io.Writer) error {
	if s.DNSAddress() == "" {
		return nil
	}
	image, err := a.image(ctx, s)
	if err != nil {
		return err
	}
	if err := s.LoadImage(ctx, image); err != nil {
		return err
	}
	var rendered bytes.Buffer
	if err := manifestTemplate.Execute(&rendered, map[string]string{"Image": image.Ref, "Address": s.DNSAddress()}); err != nil {
		return err
	}
	if err := s.Apply(ctx, rendered.Bytes(), log); err != nil {
		return err
	}
	return s.AwaitDeployment(ctx, "kube-system", "coredns")
}

func (Addon) image(ctx context.Context, s *seed.Seed) (images.Image, error) {
	binary, err := s.Binaries.Binary(ctx, "coredns")
	if err != nil {
		return images.Image{}, err
	}
	version, err := s.Binaries.Version("coredns")
	if err != nil {
		return images.Image{}, fmt.Errorf("read the version of coredns: %w", err)
	}
	return s.Images.Build(ctx, images.Spec{
		Name: "coredns", Tag: version, Files: map[string]string{"/coredns": binary}, Entrypoint: []string{"/coredns"},
	})
}
