// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package deploy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
)

// Program is an image with one program in it.
type Program struct {
	// Image is the name of the image.
	Image string
	// Binary is the name of the part it is built from. Default: Image.
	Binary string
	// Path is where the binary is in the image. Default: "/" and Image.
	Path string
	// Tag is the image's tag. Default: a hash of the binary, so that a changed
	// program changes the pod templates that refer to it.
	Tag string
	// CACertificates adds this machine's trusted certificate authorities.
	CACertificates bool
}

// Build builds the program and its image.
func (p Program) Build(ctx context.Context, s *seed.Seed) (images.Image, error) {
	name := p.Binary
	if name == "" {
		name = p.Image
	}
	binary, err := s.Binaries.Binary(ctx, name)
	if err != nil {
		return images.Image{}, err
	}
	tag := p.Tag
	if tag == "" {
		if tag, err = contentTag(binary); err != nil {
			return images.Image{}, err
		}
	}
	inside := p.Path
	if inside == "" {
		inside = "/" + p.Image
	}
	return s.Images.Build(ctx, images.Spec{
		Name: p.Image, Tag: tag,
		Files:      map[string]string{inside: binary},
		Entrypoint: []string{inside},

		CACertificates: p.CACertificates,
	})
}

// Load builds the program and makes its image available to the seed's pods.
func (p Program) Load(ctx context.Context, s *seed.Seed) (images.Image, error) {
	image, err := p.Build(ctx, s)
	if err != nil {
		return images.Image{}, fmt.Errorf("image %s: %w", p.Image, err)
	}
	return image, s.LoadImage(ctx, image)
}

func contentTag(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil))[:12], nil
}
