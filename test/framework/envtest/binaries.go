// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package envtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed/parts"
)

const assetsVariablePrefix = "KUBECEPTION_ASSETS_"

// binaries are the programs of one API server.
type binaries struct {
	apiServer string
	etcd      string
}

// findBinaries returns the programs for a minor from the folder that the
// environment names, or else from the parts of the seed.
func findBinaries(ctx context.Context, minor string) (binaries, error) {
	variable := assetsVariablePrefix + strings.ReplaceAll(minor, ".", "_")
	if dir := os.Getenv(variable); dir != "" {
		found := binaries{apiServer: filepath.Join(dir, "kube-apiserver"), etcd: filepath.Join(dir, "etcd")}
		for _, path := range []string{found.apiServer, found.etcd} {
			if _, err := os.Stat(path); err != nil {
				return binaries{}, fmt.Errorf("find the programs that %s names: %w", variable, err)
			}
		}
		return found, nil
	}
	cache, err := cacheDir()
	if err != nil {
		return binaries{}, err
	}
	builder := &parts.Builder{CacheDir: cache}
	apiServer, err := builder.Binary(ctx, "kube-apiserver-"+minor)
	if err != nil {
		return binaries{}, err
	}
	etcd, err := builder.Binary(ctx, "etcd")
	if err != nil {
		return binaries{}, err
	}
	return binaries{apiServer: apiServer, etcd: etcd}, nil
}

// cacheDir is the cache of the seed, so that what one builds serves the other.
func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(dir, "kubeception"), nil
}
