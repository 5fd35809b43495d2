// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gofrs/flock"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Repository is where the references of all built images start.
const Repository = "localhost/kubeception"

// NonRoot is the user and group that images run as unless they say otherwise.
const NonRoot = "65532:65532"

// formatVersion is part of every cache key: raise it when equal inputs shall
// give another image than before.
const formatVersion = 2

// Spec describes an image.
type Spec struct {
	// Name and Tag make the reference localhost/kubeception/<Name>:<Tag>.
	Name, Tag string
	// Base is the path of a layer below the files, an uncompressed tar archive, for example of Debian packages.
	// Default: the least that programs without a distribution expect.
	Base string
	// Files maps a path in the image to a file on this machine. Files keep
	// their permission bits and belong to root.
	Files map[string]string
	// Links maps a path in the image to what it points to.
	Links map[string]string
	// Entrypoint is the command with its fixed arguments.
	Entrypoint []string
	// Cmd are the arguments that the command has unless a container gives its own.
	Cmd []string `json:",omitempty"`
	// StopSignal asks the program to end, for example SIGRTMIN+3. Default: SIGTERM.
	StopSignal string
	// User is "uid:gid". Default NonRoot.
	User string
	// Env adds variables to PATH and HOME (/home/nonroot, writable by NonRoot).
	Env map[string]string
	// CACertificates adds this machine's trusted certificate authorities.
	CACertificates bool
}

// Folder adds the files of a folder of this machine, as they lie in it.
func (s *Spec) Folder(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		inside, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		s.Files["/"+filepath.ToSlash(inside)] = path
		return nil
	})
}

// Ref returns the reference of the image, which manifests use.
func (s Spec) Ref() string { return Repository + "/" + s.Name + ":" + s.Tag }

// Image is a built image.
type Image struct {
	// Ref is the reference manifests use, for example localhost/kubeception/pause:1.
	Ref string
	// Digest is the digest of the manifest, as "sha256:…".
	Digest string
	// Tar is the path of the OCI layout archive.
	Tar string
}

// Builder builds images into CacheDir. It is safe for concurrent use, also by
// several processes.
type Builder struct {
	// CacheDir is the folder of all cached files. Required.
	CacheDir string
	// Log receives one line per built image. Default: discarded.
	Log io.Writer
}

// Build returns the image of spec, from the cache if its content is there.
func (b *Builder) Build(ctx context.Context, spec Spec) (Image, error) {
	spec = completed(spec)
	key, err := cacheKey(spec)
	if err != nil {
		return Image{}, fmt.Errorf("compute the cache key of image %s: %w", spec.Ref(), err)
	}
	dir := filepath.Join(b.CacheDir, "images", spec.Name+"-"+key)
	image := Image{Ref: spec.Ref(), Tar: filepath.Join(dir, "image.tar")}
	if image.Digest, err = readDigest(dir); err == nil {
		return image, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return Image{}, err
	}
	lock := flock.New(dir + ".lock")
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return Image{}, fmt.Errorf("lock %s: %w", lock.Path(), err)
	}
	defer func() { _ = lock.Unlock() }()
	if image.Digest, err = readDigest(dir); err == nil {
		return image, nil // Another process was faster.
	}
	if err := build(spec, dir); err != nil {
		return Image{}, fmt.Errorf("build image %s: %w", spec.Ref(), err)
	}
	image.Digest, err = readDigest(dir)
	if b.Log != nil {
		_, _ = fmt.Fprintf(b.Log, "built image %s@%s\n", image.Ref, image.Digest)
	}
	return image, err
}

// completed returns spec with its defaults filled in.
func completed(spec Spec) Spec {
	if spec.User == "" {
		spec.User = NonRoot
	}
	if spec.CACertificates {
		spec.Files = maps.Clone(spec.Files)
		spec.Files["/etc/ssl/certs/ca-certificates.crt"] = "/etc/ssl/certs/ca-certificates.crt"
	}
	env := map[string]string{"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": homeDir}
	maps.Copy(env, spec.Env)
	spec.Env = env
	return spec
}

// cacheKey names the content of an image: all of the spec, with the content of
// the files in place of where they are.
func cacheKey(spec Spec) (string, error) {
	content := map[string]string{}
	for dest, source := range spec.Files {
		sum, err := fileDigest(source)
		if err != nil {
			return "", err
		}
		content[dest] = sum
	}
	spec.Files = content
	if spec.Base != "" {
		sum, err := fileDigest(spec.Base)
		if err != nil {
			return "", err
		}
		spec.Base = sum
	}
	encoded, err := json.Marshal(spec)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(encoded, " format %d", formatVersion))
	return hex.EncodeToString(sum[:])[:16], nil
}

func fileDigest(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x %o", sum.Sum(nil), info.Mode().Perm()), nil
}

func readDigest(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "digest"))
	return string(data), err
}

// build makes the archive in a folder beside dir and renames it, so that dir
// exists either completely or not at all.
func build(spec Spec, dir string) error {
	scratch, err := os.MkdirTemp(filepath.Dir(dir), ".building-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	image, err := assemble(spec, scratch)
	if err != nil {
		return err
	}
	digest, err := image.Digest()
	if err != nil {
		return err
	}
	oci := filepath.Join(scratch, "oci")
	index, err := layout.Write(oci, empty.Index)
	if err != nil {
		return err
	}
	// The first is what containerd reads, the second what everybody else does.
	names := map[string]string{"io.containerd.image.name": spec.Ref(), "org.opencontainers.image.ref.name": spec.Tag}
	if err := index.AppendImage(image, layout.WithAnnotations(names)); err != nil {
		return err
	}
	result := filepath.Join(scratch, "result")
	if err := os.Mkdir(result, 0o755); err != nil {
		return err
	}
	if err := archiveFolder(oci, filepath.Join(result, "image.tar")); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(result, "digest"), []byte(digest.String()), 0o644); err != nil {
		return err
	}
	return os.Rename(result, dir)
}

// assemble makes the image from two layers: what many images share, and the files.
func assemble(spec Spec, scratch string) (v1.Image, error) {
	base, err := baseLayer(filepath.Join(scratch, "base.tar"))
	if spec.Base != "" {
		base, err = openLayer(spec.Base)
	}
	if err != nil {
		return nil, err
	}
	files, err := filesLayer(spec, filepath.Join(scratch, "files.tar"))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.AppendLayers(image, base, files); err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", architecture
	config.Config.Entrypoint = spec.Entrypoint
	config.Config.Cmd = spec.Cmd
	config.Config.User = spec.User
	config.Config.StopSignal = spec.StopSignal
	config.Config.WorkingDir = "/"
	for _, name := range slices.Sorted(maps.Keys(spec.Env)) {
		config.Config.Env = append(config.Config.Env, name+"="+spec.Env[name])
	}
	return mutate.ConfigFile(image, config)
}

// imagePath returns a path as archives spell it.
func imagePath(path string) string { return strings.TrimPrefix(filepath.Clean(path), "/") }

// ParseSpec reads a spec as commands take it: "name:tag", and "path in the
// image=file" for each file.
func ParseSpec(name string, files []string) (Spec, error) {
	spec := Spec{Files: map[string]string{}}
	var found bool
	if spec.Name, spec.Tag, found = strings.Cut(name, ":"); !found {
		return Spec{}, fmt.Errorf("image %q has no tag", name)
	}
	for _, entry := range files {
		dest, source, found := strings.Cut(entry, "=")
		if !found {
			return Spec{}, fmt.Errorf("file %q is not of the form path=file", entry)
		}
		spec.Files[dest] = source
	}
	return spec, nil
}
