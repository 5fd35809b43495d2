// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package images

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	architecture = runtime.GOARCH
	homeDir      = "/home/nonroot"
	nonRootID    = 65532
	lockRetry    = 100 * time.Millisecond
)

// baseLayer is the minimal file system that programs without a distribution
// expect: users, name service order, a home and a temporary folder.
func baseLayer(target string) (v1.Layer, error) {
	return writeLayer(target, func(a *archive) {
		a.directory("/etc", 0o755, 0)
		a.file("/etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:"+homeDir+":/sbin/nologin\n")
		a.file("/etc/group", "root:x:0:\nnonroot:x:65532:\n")
		a.file("/etc/nsswitch.conf", "hosts: files dns\n")
		a.directory("/home", 0o755, 0)
		a.directory(homeDir, 0o700, nonRootID)
		a.directory("/root", 0o700, 0)
		a.directory("/tmp", 0o1777, 0)
	})
}

func filesLayer(spec Spec, target string) (v1.Layer, error) {
	return writeLayer(target, func(a *archive) {
		for _, folder := range []string{"etc", "home", "root", "tmp", imagePath(homeDir)} {
			a.seen[folder] = true // As the layer below has it.
		}
		for _, dest := range slices.Sorted(maps.Keys(spec.Files)) {
			a.copy(dest, spec.Files[dest])
		}
		for _, dest := range slices.Sorted(maps.Keys(spec.Links)) {
			a.link(dest, spec.Links[dest])
		}
	})
}

// archive writes a tar file whose bytes depend on its content alone. The first
// error stops it and is returned by close.
type archive struct {
	tar  *tar.Writer
	seen map[string]bool
	err  error
}

func newArchive(w io.Writer) *archive {
	return &archive{tar: tar.NewWriter(w), seen: map[string]bool{}}
}

func (a *archive) header(h *tar.Header) {
	if a.err != nil {
		return
	}
	h.Name = imagePath(h.Name)
	h.Format = tar.FormatPAX
	a.seen[h.Name] = true
	a.err = a.tar.WriteHeader(h)
}

func (a *archive) directory(name string, mode int64, owner int) {
	a.header(&tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode, Uid: owner, Gid: owner})
}

func (a *archive) file(name, content string) {
	a.header(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(content))})
	if a.err == nil {
		_, a.err = io.WriteString(a.tar, content)
	}
}

func (a *archive) link(name, target string) {
	a.parents(name)
	a.header(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777})
}

// copy adds a file of this machine and the folders it lies in.
func (a *archive) copy(name, source string) {
	a.parents(name)
	if a.err != nil {
		return
	}
	file, err := os.Open(source)
	if err != nil {
		a.err = err
		return
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		a.err = err
		return
	}
	a.header(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: int64(info.Mode().Perm()), Size: info.Size()})
	if a.err == nil {
		_, a.err = io.Copy(a.tar, file)
	}
}

func (a *archive) parents(name string) {
	parent := path.Dir("/" + imagePath(name))
	if parent == "/" || a.seen[imagePath(parent)] {
		return
	}
	a.parents(parent)
	a.directory(parent, 0o755, 0)
}

func (a *archive) close() error { return errors.Join(a.err, a.tar.Close()) }

// layer is an uncompressed layer in a file. Compressing hundreds of megabytes
// that never leave the machine would only cost time.
type layer struct {
	path   string
	digest v1.Hash
	size   int64
}

var _ v1.Layer = &layer{}

func writeLayer(target string, fill func(*archive)) (v1.Layer, error) {
	file, err := os.Create(target)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	archive := newArchive(io.MultiWriter(file, sum))
	fill(archive)
	if err := archive.close(); err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	digest, err := v1.NewHash("sha256:" + hex.EncodeToString(sum.Sum(nil)))
	return &layer{path: target, digest: digest, size: info.Size()}, err
}

// openLayer is the layer in an uncompressed tar archive.
func openLayer(path string) (v1.Layer, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	digest, size, err := v1.SHA256(file)
	return &layer{path: path, digest: digest, size: size}, err
}

func (l *layer) Digest() (v1.Hash, error)             { return l.digest, nil }
func (l *layer) DiffID() (v1.Hash, error)             { return l.digest, nil }
func (l *layer) Size() (int64, error)                 { return l.size, nil }
func (l *layer) MediaType() (types.MediaType, error)  { return types.OCIUncompressedLayer, nil }
func (l *layer) Compressed() (io.ReadCloser, error)   { return os.Open(l.path) }
func (l *layer) Uncompressed() (io.ReadCloser, error) { return os.Open(l.path) }

// archiveFolder writes all files below dir to a tar file.
func archiveFolder(dir, target string) error {
	file, err := os.Create(target)
	if err != nil {
		return err
	}
	archive := newArchive(file)
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		archive.copy(relative, name)
		return archive.err
	})
	return errors.Join(err, archive.close(), file.Close())
}
