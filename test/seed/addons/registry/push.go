// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"fmt"
	"io"
	"strings"

	containername "github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
)

// Push gives an image to the registry of a seed under an upstream reference, unless it is there.
func Push(ctx context.Context, s *seed.Seed, image images.Image, ref string, log io.Writer) error {
	address, err := Address(ctx, s)
	if err != nil {
		return err
	}
	return push(ctx, image, ref, address, log)
}

// push builds the image and gives it to the registry, unless it is there.
func (i Image) push(ctx context.Context, s *seed.Seed, address string, log io.Writer) error {
	built, err := i.build(ctx, s, log)
	if err != nil {
		return err
	}
	ref, err := i.Ref(s)
	if err != nil {
		return err
	}
	return push(ctx, built, ref, address, log)
}

func push(ctx context.Context, built images.Image, ref, address string, log io.Writer) error {
	target, err := containername.ParseReference(mirrored(ref, address), containername.Insecure)
	if err != nil {
		return err
	}
	there, err := remote.Head(target, remote.WithContext(ctx))
	if err == nil && there.Digest.String() == built.Digest {
		return nil
	}
	image, closeImage, err := images.Open(built)
	if err != nil {
		return fmt.Errorf("open image %s: %w", ref, err)
	}
	defer func() { _ = closeImage() }()
	if err := remote.Write(target, image, remote.WithContext(ctx)); err != nil {
		return fmt.Errorf("push %s: %w", target, err)
	}
	_, err = fmt.Fprintln(log, "pushed", ref, "to", address)
	return err
}

// mirrored is where the registry at an address keeps an image: under its name without the upstream registry, as
// containerd asks a mirror for it.
func mirrored(ref, address string) string {
	_, path, _ := strings.Cut(ref, "/")
	return address + "/" + path
}
