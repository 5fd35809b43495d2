// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

func assetsCommand(opts *seed.Options) *cobra.Command {
	return &cobra.Command{
		Use: "assets", Short: "Build the programs that tests run, and print where they find them", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cache, err := cacheDir(opts)
			if err != nil {
				return err
			}
			builder := &parts.Builder{CacheDir: cache, Log: cmd.ErrOrStderr()}
			newest := parts.KubernetesMinors[0]
			envtest, err := folderOf(cmd.Context(), builder, "envtest", map[string]string{
				"kube-apiserver": "kube-apiserver-" + newest, "etcd": "etcd",
			})
			if err != nil {
				return err
			}
			hosted, err := folderOf(cmd.Context(), builder, "hosted", hostedPrograms())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "export KUBEBUILDER_ASSETS=%q KUBECEPTION_PARTS=%q\n", envtest, hosted)
			return err
		},
	}
}

func cacheDir(opts *seed.Options) (string, error) {
	if opts.CacheDir != "" {
		return opts.CacheDir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(dir, "kubeception"), nil
}

// hostedPrograms are the programs of control planes by the names that tests of components expect: those of older
// minors end in theirs.
func hostedPrograms() map[string]string {
	programs := map[string]string{"etcd": "etcd", "etcdctl": "etcdctl"}
	for i, minor := range parts.KubernetesMinors {
		for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
			if i == 0 {
				programs[name] = name + "-" + minor
				continue
			}
			programs[name+"-"+minor] = name + "-" + minor
		}
	}
	return programs
}

// folderOf returns a folder with programs under other names.
func folderOf(ctx context.Context, builder *parts.Builder, purpose string, programs map[string]string) (string, error) {
	folder := filepath.Join(builder.CacheDir, "assets", purpose)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("make the folder of assets: %w", err)
	}
	for name, program := range programs {
		target, err := builder.Binary(ctx, program)
		if err != nil {
			return "", err
		}
		link := filepath.Join(folder, name)
		if now, err := os.Readlink(link); err == nil && now == target {
			continue
		}
		// Made beside and moved over, because tests of another checkout may use it.
		next := fmt.Sprintf("%s.%d", link, os.Getpid())
		if err := os.Symlink(target, next); err != nil {
			return "", fmt.Errorf("link %s: %w", name, err)
		}
		if err := os.Rename(next, link); err != nil {
			return "", fmt.Errorf("link %s: %w", name, err)
		}
	}
	return folder, nil
}
