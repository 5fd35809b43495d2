// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// formatVersion is part of every cache key: raise it when equal packages shall
// give another layer than before.
const formatVersion = 1

const lockRetry = 100 * time.Millisecond

// Layer says what a layer consists of.
type Layer struct {
	// Name names the layer in the cache.
	Name string
	// Packages are installed with what they depend on, not with what they recommend.
	Packages []string
	// Bare leaves out what every Debian has and does not configure packages: their files alone, for images of one program.
	Bare bool
}

// Builder makes layers into CacheDir. It is safe for concurrent use, also by
// several processes.
type Builder struct {
	// CacheDir is the folder of all cached files. Required.
	CacheDir string
	// Log receives what mmdebstrap tells. Default: discarded.
	Log io.Writer
}

// Build returns the path of the layer, an uncompressed tar archive. A cached
// one is returned as it is, even if Debian has newer packages by now.
func (b *Builder) Build(ctx context.Context, layer Layer) (string, error) {
	sources, err := sources(ctx)
	if err != nil {
		return "", fmt.Errorf("find where apt gets Debian's packages: %w", err)
	}
	dir := filepath.Join(b.CacheDir, "debian")
	target := filepath.Join(dir, layer.Name+"-"+cacheKey(layer, sources)+".tar")
	if _, err := os.Stat(target); err == nil {
		return target, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock := flock.New(target + ".lock")
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return "", fmt.Errorf("lock %s: %w", lock.Path(), err)
	}
	defer func() { _ = lock.Unlock() }()
	if _, err := os.Stat(target); err == nil {
		return target, nil // Another process was faster.
	}
	if err := b.bootstrap(ctx, layer, sources, target); err != nil {
		return "", fmt.Errorf("make layer %s of Debian packages: %w", layer.Name, err)
	}
	return target, nil
}

// source is where apt gets packages from.
type source struct{ site, release, component string }

func (s source) line() string { return fmt.Sprintf("deb %s %s %s", s.site, s.release, s.component) }

// sources lists where apt gets Debian's own packages from, main archive first.
func sources(ctx context.Context) ([]source, error) {
	out, err := exec.CommandContext(ctx, "apt-get", "indextargets",
		"--format", "$(SITE) $(RELEASE) $(COMPONENT) $(ORIGIN)", "Created-By: Packages").Output()
	if err != nil {
		return nil, fmt.Errorf("apt-get indextargets: %w", err)
	}
	return parseSources(string(out))
}

func parseSources(targets string) ([]source, error) {
	var list []source
	for line := range strings.Lines(targets) {
		fields := strings.Fields(line)
		if len(fields) == 4 && fields[3] == "Debian" {
			list = append(list, source{fields[0], fields[1], fields[2]})
		}
	}
	if len(list) == 0 {
		return nil, errors.New("apt knows no packages of Debian: run apt-get update on a Debian machine")
	}
	slices.SortFunc(list, func(a, b source) int {
		return cmp.Or(strings.Compare(a.release, b.release), strings.Compare(a.component, b.component), strings.Compare(a.site, b.site))
	})
	return slices.Compact(list), nil // bookworm comes before bookworm-security and bookworm-updates.
}

func cacheKey(layer Layer, sources []source) string {
	var releases []string // The site does not matter: mirrors are equal.
	for _, source := range sources {
		releases = append(releases, source.release+"/"+source.component)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %q %t", formatVersion, releases, layer.Packages, layer.Bare))
	return hex.EncodeToString(sum[:])[:16]
}

// left out of every layer; nobody reads it in a container.
var leftOut = []string{"/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/man/*"}

// bootstrap makes the archive beside target and renames it, so that target
// exists either completely or not at all.
func (b *Builder) bootstrap(ctx context.Context, layer Layer, sources []source, target string) error {
	unfinished := fmt.Sprintf("%s.%d.tar", target, os.Getpid())
	defer func() { _ = os.Remove(unfinished) }()
	args := []string{"--quiet", "--include=" + strings.Join(layer.Packages, ",")}
	if layer.Bare {
		args = append(args, "--variant=extract")
	} else {
		args = append(args, "--variant=minbase", "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr")
	}
	patterns := leftOut
	if layer.Bare { // Conversions between character sets; configuring libc would ask for them.
		patterns = append(slices.Clone(patterns), "/usr/lib/*/gconv/*")
	}
	for _, pattern := range patterns {
		args = append(args, "--dpkgopt=path-exclude="+pattern)
	}
	args = append(args, sources[0].release, unfinished)
	for _, source := range sources {
		args = append(args, source.line())
	}
	var problems bytes.Buffer
	cmd := exec.CommandContext(ctx, "mmdebstrap", args...)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=0") // Equal packages give equal archives.
	cmd.Stdout, cmd.Stderr = &problems, &problems
	if b.Log != nil {
		cmd.Stdout, cmd.Stderr = b.Log, io.MultiWriter(b.Log, &problems)
	}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("mmdebstrap: %w: %s", err, strings.TrimSpace(problems.String()))
	}
	return os.Rename(unfinished, target)
}
