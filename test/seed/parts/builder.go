// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/gofrs/flock"
	"golang.org/x/mod/modfile"
)

// modulePath is how the root of a checkout is recognised.
const modulePath = "github.com/kubeception/cluster-api-provider-kubeception"

// Builder builds parts and keeps the binaries in CacheDir. It is safe for
// concurrent use, also by several processes; it runs one compilation at a time
// because each one uses all cores.
type Builder struct {
	// CacheDir is the folder of all cached files. Required.
	CacheDir string
	// Log receives the output of the Go command. Default: discarded.
	Log io.Writer
	// Root is the checkout. Default: found from the working directory upwards.
	Root string

	compiling sync.Mutex
}

// Binary returns the path of the named binary, built if it is not cached.
// Names are those of Table, or "manager:<provider>" for a manager of this
// checkout, for example "manager:controlplane".
func (b *Builder) Binary(ctx context.Context, name string) (string, error) {
	part, err := lookup(name)
	if err != nil {
		return "", err
	}
	dir, err := b.folder(part)
	if err != nil {
		return "", err
	}
	args, err := b.buildArgs(name, part)
	if err != nil {
		return "", fmt.Errorf("read the version of %s: %w", name, err)
	}
	key, err := b.key(ctx, dir, part, args)
	if err != nil {
		return "", fmt.Errorf("compute the cache key of %s: %w", name, err)
	}
	// A colon would end the path in PATH-like lists.
	file := strings.NewReplacer(":", "-", "/", "-").Replace(name)
	target := filepath.Join(b.CacheDir, "bin", file+"-"+key, file)
	if _, err := os.Stat(target); err == nil {
		return target, nil
	}
	var environment []string
	if part.C {
		environment = append(environment, "CGO_ENABLED=1")
	}
	if err := b.compile(ctx, dir, target, args, environment...); err != nil {
		return "", fmt.Errorf("build %s: %w", name, err)
	}
	return target, nil
}

// Version returns the version of the module the named binary is built from,
// read from its go.mod, for example "v1.36.3". Programs of this repository
// have version "dev".
func (b *Builder) Version(name string) (string, error) {
	part, err := lookup(name)
	if err != nil {
		return "", err
	}
	if part.Module == "" {
		return "dev", nil
	}
	dir, err := b.folder(part)
	if err != nil {
		return "", err
	}
	return requiredVersion(filepath.Join(dir, "go.mod"), part.Module)
}

// ModuleDir returns the folder of a module that the given part depends on, in
// the module cache: where its CRDs and manifests are.
func (b *Builder) ModuleDir(ctx context.Context, name, module string) (string, error) {
	part, err := lookup(name)
	if err != nil {
		return "", err
	}
	dir, err := b.folder(part)
	if err != nil {
		return "", err
	}
	if _, err := b.goCommand(ctx, dir, "mod", "download", module); err != nil {
		return "", fmt.Errorf("download %s: %w", module, err)
	}
	out, err := b.goCommand(ctx, dir, "list", "-m", "-f", "{{.Dir}}", module)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", module, err)
	}
	return strings.TrimSpace(out), nil
}

// CheckoutDir returns the root of the checkout.
func (b *Builder) CheckoutDir() (string, error) {
	if b.Root != "" {
		return filepath.Abs(b.Root)
	}
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if data, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && modfile.ModulePath(data) == modulePath {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is not inside a checkout of %s", start, modulePath)
		}
	}
}

func (b *Builder) folder(part Part) (string, error) {
	root, err := b.CheckoutDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, part.Folder), nil
}

// buildArgs are the arguments of the Go command, up to the output.
func (b *Builder) buildArgs(name string, part Part) ([]string, error) {
	args := []string{"build", "-trimpath"}
	if part.Test {
		args = []string{"test", "-c", "-trimpath"}
	}
	if part.Tags != "" {
		args = append(args, "-tags", part.Tags)
	}
	ldflags := "-s -w"
	if part.C {
		// The last two are Go's own in place of glibc's, which cannot be linked statically.
		ldflags += " -extldflags=-static"
		args = append(args, "-tags", "netgo,osusergo")
	}
	if part.Stamp != nil {
		version, err := b.Version(name)
		if err != nil {
			return nil, err
		}
		for _, setting := range part.Stamp(version) {
			ldflags += " -X " + setting
		}
	}
	return append(args, "-ldflags", ldflags, part.Package), nil
}

// compile builds into a folder beside target and renames it, so that target
// exists either completely or not at all.
func (b *Builder) compile(ctx context.Context, dir, target string, args []string, environment ...string) error {
	b.compiling.Lock()
	defer b.compiling.Unlock()
	final := filepath.Dir(target)
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return err
	}
	lock := flock.New(final + ".lock")
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("lock %s: %w", lock.Path(), err)
	}
	defer func() { _ = lock.Unlock() }()
	if _, err := os.Stat(target); err == nil {
		return nil // Another process was faster.
	}
	scratch, err := os.MkdirTemp(filepath.Dir(final), ".building-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	last := len(args) - 1
	command := append(append([]string{}, args[:last]...), "-o", filepath.Join(scratch, filepath.Base(target)), args[last])
	if _, err := b.goCommandWith(ctx, environment, dir, command...); err != nil {
		return err
	}
	if err := os.Chmod(scratch, 0o755); err != nil {
		return err
	}
	return os.Rename(scratch, final)
}

// goCommand runs the Go command in dir and returns its standard output.
func (b *Builder) goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	return b.goCommandWith(ctx, nil, dir, args...)
}

func (b *Builder) goCommandWith(ctx context.Context, environment []string, dir string, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOOS=linux", "GOARCH="+runtime.GOARCH)
	cmd.Env = append(cmd.Env, environment...)
	cmd.Stdout = &stdout
	cmd.Stderr = &stderr
	if b.Log != nil {
		cmd.Stderr = io.MultiWriter(&stderr, b.Log)
	}
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, lastLines(stderr.String(), 20))
	}
	return stdout.String(), nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// requiredVersion returns the version a go.mod file requires of module, after replacement.
func requiredVersion(path, module string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	file, err := modfile.Parse(path, data, nil)
	if err != nil {
		return "", err
	}
	for _, replace := range file.Replace {
		if replace.Old.Path == module && replace.New.Version != "" {
			return replace.New.Version, nil
		}
	}
	for _, require := range file.Require {
		if require.Mod.Path == module {
			return require.Mod.Version, nil
		}
	}
	return "", fmt.Errorf("%s does not require %s", path, module)
}
