// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/debian"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/images"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/machine"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/node"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

func machineImageCommand(opts *seed.Options) *cobra.Command {
	var folder string
	cmd := &cobra.Command{
		Use: "machine-image [MINOR…]", Short: "Build the images of local machines as OCI archives",
		Long: "Builds the image of local machines for the given Kubernetes minors, by default for " +
			strings.Join(parts.KubernetesMinors, " and ") + ", as archives for any tool that copies images to a registry.",
		RunE: func(cmd *cobra.Command, minors []string) error {
			cache, err := cacheDir(opts)
			if err != nil {
				return err
			}
			if err := node.InstallBuildTools(cmd.Context(), cmd.ErrOrStderr()); err != nil {
				return err
			}
			builder := &machine.Builder{
				Binaries: &parts.Builder{CacheDir: cache}, Images: &images.Builder{CacheDir: cache},
				Debian: &debian.Builder{CacheDir: cache},
			}
			if len(minors) == 0 {
				minors = parts.KubernetesMinors
			}
			for _, minor := range minors {
				image, err := builder.Build(cmd.Context(), minor)
				if err != nil {
					return fmt.Errorf("machine image of %s: %w", minor, err)
				}
				_, file, _ := strings.Cut(strings.TrimPrefix(image.Ref, images.Repository), "/")
				target := filepath.Join(folder, strings.ReplaceAll(file, ":", "-")+".tar")
				if err := copyFile(image.Tar, target); err != nil {
					return fmt.Errorf("write %s: %w", target, err)
				}
				cmd.Println(target, image.Digest)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&folder, "output", "out", "folder of the archives")
	return cmd
}

func copyFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	target, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		_ = target.Close()
		return err
	}
	return target.Close()
}
