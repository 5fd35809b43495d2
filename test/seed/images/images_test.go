// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package images

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// program writes an executable file and returns its path.
func program(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	return path
}

func spec(source string) Spec {
	return Spec{
		Name: "greet", Tag: "v1", Files: map[string]string{"/usr/bin/greet": source},
		Entrypoint: []string{"/usr/bin/greet"}, Env: map[string]string{"B": "2", "A": "1"},
	}
}

func mustBuild(t *testing.T, cache string, spec Spec) Image {
	t.Helper()
	image, err := (&Builder{CacheDir: cache}).Build(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func TestDigests(t *testing.T) {
	cases := map[string]struct {
		other    func(t *testing.T) Spec
		wantSame bool
	}{
		"equal files anywhere give the same digest": {
			other: func(t *testing.T) Spec { t.Helper(); return spec(program(t, "hello", 0o755)) }, wantSame: true},
		"content matters":    {other: func(t *testing.T) Spec { t.Helper(); return spec(program(t, "goodbye", 0o755)) }},
		"permissions matter": {other: func(t *testing.T) Spec { t.Helper(); return spec(program(t, "hello", 0o700)) }},
		"the user matters": {other: func(t *testing.T) Spec {
			t.Helper()
			s := spec(program(t, "hello", 0o755))
			s.User = "0:0"
			return s
		}},
	}
	first := mustBuild(t, t.TempDir(), spec(program(t, "hello", 0o755)))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			other := mustBuild(t, t.TempDir(), c.other(t))
			if (other.Digest == first.Digest) != c.wantSame {
				t.Errorf("digests %s and %s: want equal %t", first.Digest, other.Digest, c.wantSame)
			}
		})
	}
}

func TestCachedImage(t *testing.T) {
	cache := t.TempDir()
	first := mustBuild(t, cache, spec(program(t, "hello", 0o755)))
	before, err := os.Stat(first.Tar)
	if err != nil {
		t.Fatal(err)
	}
	second := mustBuild(t, cache, spec(program(t, "hello", 0o755)))
	after, err := os.Stat(second.Tar)
	if err != nil {
		t.Fatal(err)
	}
	if first != second || !before.ModTime().Equal(after.ModTime()) {
		t.Errorf("an unchanged image was built again: %v, %v", first, second)
	}
}

func TestArchive(t *testing.T) {
	built := mustBuild(t, t.TempDir(), spec(program(t, "hello", 0o755)))
	if built.Ref != "localhost/kubeception/greet:v1" {
		t.Errorf("reference %s", built.Ref)
	}
	index, err := layout.ImageIndexFromPath(unpack(t, built.Tar))
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil || len(manifest.Manifests) != 1 {
		t.Fatalf("index %v, %v", manifest, err)
	}
	descriptor := manifest.Manifests[0]
	if descriptor.Digest.String() != built.Digest || descriptor.Annotations["io.containerd.image.name"] != built.Ref {
		t.Errorf("the archive holds %v", descriptor)
	}
	image, err := index.Image(descriptor.Digest)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if config.Config.User != NonRoot || !slices.Contains(config.Config.Env, "HOME=/home/nonroot") || !slices.Contains(config.Config.Env, "A=1") {
		t.Errorf("configuration %+v", config.Config)
	}
	files := map[string]*tar.Header{}
	flat := tar.NewReader(mutate.Extract(image))
	for {
		header, err := flat.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = header
	}
	if home := files["home/nonroot"]; home == nil || home.Uid != nonRootID {
		t.Errorf("the home folder does not belong to its user: %v", home)
	}
	if temporary := files["tmp"]; temporary == nil || temporary.Mode != 0o1777 {
		t.Errorf("the temporary folder is not open to all: %v", temporary)
	}
	if greet := files["usr/bin/greet"]; greet == nil || greet.Mode != 0o755 || greet.Uid != 0 {
		t.Errorf("the program is %v", greet)
	}
}

func unpack(t *testing.T, archive string) string {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	dir := t.TempDir()
	for reader := tar.NewReader(file); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeDir {
			continue
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, header.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestParseSpec(t *testing.T) {
	got, err := ParseSpec("greet:v1", []string{"/bin/greet=./greet"})
	if err != nil || got.Ref() != "localhost/kubeception/greet:v1" || got.Files["/bin/greet"] != "./greet" {
		t.Errorf("got %+v, %v", got, err)
	}
	for name, args := range map[string][]string{
		"a name without tag is refused":  {"greet", "/bin/greet=./greet"},
		"a file without path is refused": {"greet:v1", "./greet"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ParseSpec(args[0], args[1:]); err == nil {
				t.Error("accepted")
			}
		})
	}
}
