// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// trackedFolders returns a function that lists the folders below a folder. Only folders with files that Git keeps, or
// would keep, count: build output is no part of the layout.
func trackedFolders() (func(folder string) ([]string, error), error) {
	files, err := exec.CommandContext(context.Background(), "git", "ls-files", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	below := map[string]map[string]bool{}
	for file := range strings.Lines(string(files)) {
		for folder := path.Dir(strings.TrimSpace(file)); folder != "."; folder = path.Dir(folder) {
			parent := path.Dir(folder)
			if below[parent] == nil {
				below[parent] = map[string]bool{}
			}
			below[parent][path.Base(folder)] = true
			if below[folder] == nil {
				below[folder] = map[string]bool{}
			}
		}
	}
	return func(folder string) ([]string, error) {
		names, exists := below[folder]
		if !exists {
			return nil, fmt.Errorf("%s: no such folder", folder)
		}
		return slices.Sorted(maps.Keys(names)), nil
	}, nil
}
