// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// key names everything that determines a binary: the Go version, the command
// line, the pinned modules with their sums, and the sources of this repository.
func (b *Builder) key(ctx context.Context, dir string, part Part, args []string) (string, error) {
	goVersion, err := b.goCommand(ctx, dir, "env", "GOVERSION")
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s %s %q\n", strings.TrimSpace(goVersion), runtime.GOARCH, args)
	files := []string{filepath.Join(dir, "go.mod"), filepath.Join(dir, "go.sum")}
	if strings.HasPrefix(part.Package, ".") {
		sources, err := b.localSources(ctx, dir, part.Package)
		if err != nil {
			return "", err
		}
		files = append(files, sources...)
	}
	for _, file := range files {
		if err := hashFile(sum, file); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// localSources lists the files of all packages that pkg consists of and that
// lie in this checkout, embedded files included.
func (b *Builder) localSources(ctx context.Context, dir, pkg string) ([]string, error) {
	root, err := b.CheckoutDir()
	if err != nil {
		return nil, err
	}
	out, err := b.goCommand(ctx, dir, "list", "-deps", "-json=Dir,GoFiles,EmbedFiles", pkg)
	if err != nil {
		return nil, err
	}
	var files []string
	for decoder := json.NewDecoder(strings.NewReader(out)); ; {
		var listed struct {
			Dir                 string
			GoFiles, EmbedFiles []string
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(listed.Dir+"/", root+"/") {
			continue
		}
		for _, name := range append(listed.GoFiles, listed.EmbedFiles...) {
			files = append(files, filepath.Join(listed.Dir, name))
		}
	}
	slices.Sort(files)
	return files, nil
}

// hashFile adds the base name and content of a file to sum. The folder stays
// out, so that all checkouts share one cache. A missing go.sum is an empty one.
func hashFile(sum hash.Hash, path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) && filepath.Base(path) == "go.sum" {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	content := sha256.New()
	if _, err := io.Copy(content, file); err != nil {
		return err
	}
	_, err = fmt.Fprintf(sum, "%s %x\n", filepath.Base(path), content.Sum(nil))
	return err
}
