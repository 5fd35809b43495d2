// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// checkout makes a small checkout with one program, ./greet.
func checkout(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	write(t, root, "go.mod", "module "+modulePath+"\n\ngo 1.26.0\n")
	write(t, root, "greet/main.go", "package main\n\nimport (\n\t_ \"embed\"\n\t\"fmt\"\n)\n\n//go:embed text\nvar text string\n\nfunc main() { fmt.Print(text) }\n")
	write(t, root, "greet/text", "hello")
	write(t, root, "greet/main_test.go", "package main\n")
	return root
}

func write(t *testing.T, root, name, content string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCacheKey(t *testing.T) {
	cases := map[string]struct {
		change   map[string]string
		wantSame bool
	}{
		"the same sources in another folder give the same key": {wantSame: true},
		"a test does not matter":                               {change: map[string]string{"greet/main_test.go": "package main // changed\n"}, wantSame: true},
		"a source matters":                                     {change: map[string]string{"greet/more.go": "package main\n"}},
		"an embedded file matters":                             {change: map[string]string{"greet/text": "good morning"}},
		"a pinned module matters":                              {change: map[string]string{"go.sum": "example.com/m v1.0.0 h1:abc=\n"}},
	}
	key := func(t *testing.T, root string) string {
		t.Helper()
		part, err := lookup("manager:greet")
		if err != nil {
			t.Fatal(err)
		}
		b := &Builder{CacheDir: t.TempDir(), Root: root}
		args, err := b.buildArgs("manager:greet", part)
		if err != nil {
			t.Fatal(err)
		}
		result, err := b.key(t.Context(), root, part, args)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before, root := key(t, checkout(t)), checkout(t)
			for file, content := range c.change {
				write(t, root, file, content)
			}
			if after := key(t, root); (after == before) != c.wantSame {
				t.Errorf("keys %s and %s: equal is %t, want %t", before, after, after == before, c.wantSame)
			}
		})
	}
}

func TestBinary(t *testing.T) {
	root, cache := checkout(t), t.TempDir()
	build := func() string {
		path, err := (&Builder{CacheDir: cache, Root: root}).Binary(t.Context(), "manager:greet")
		if err != nil {
			t.Error(err)
		}
		return path
	}
	// Several processes may build the same binary at once.
	paths := make([]string, 4)
	var group sync.WaitGroup
	for i := range paths {
		group.Go(func() { paths[i] = build() })
	}
	group.Wait()
	for _, path := range paths {
		if path != paths[0] {
			t.Errorf("one binary is at %s and at %s", paths[0], path)
		}
	}
	out, err := exec.CommandContext(t.Context(), paths[0]).Output()
	if err != nil || string(out) != "hello" {
		t.Errorf("the binary prints %q, %v", out, err)
	}
	write(t, root, "greet/text", "good morning")
	out, err = exec.CommandContext(t.Context(), build()).Output()
	if err != nil || string(out) != "good morning" {
		t.Errorf("after a change the binary prints %q, %v", out, err)
	}
	leftovers, err := filepath.Glob(filepath.Join(cache, "bin", ".building-*"))
	if err != nil || len(leftovers) > 0 {
		t.Errorf("left over: %v, %v", leftovers, err)
	}
}

func TestBinaryThatDoesNotCompile(t *testing.T) {
	root := checkout(t)
	write(t, root, "greet/wrong.go", "package main\n\nvar x int = \"\"\n")
	_, err := (&Builder{CacheDir: t.TempDir(), Root: root}).Binary(t.Context(), "manager:greet")
	if err == nil || !strings.Contains(err.Error(), "build manager:greet") || !strings.Contains(err.Error(), "wrong.go") {
		t.Errorf("the error names neither binary nor cause: %v", err)
	}
}

func TestTable(t *testing.T) {
	b := &Builder{CacheDir: t.TempDir()}
	for name, part := range Table {
		t.Run(name, func(t *testing.T) {
			dir, err := b.folder(part)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
				t.Errorf("nothing pins it: %v", err)
			}
			version, err := b.Version(name)
			if err != nil {
				t.Fatal(err)
			}
			if part.Module != "" && !strings.HasPrefix(version, "v") {
				t.Errorf("version %q is not that of a module", version)
			}
		})
	}
}

func TestKubernetesStamp(t *testing.T) {
	stamp := strings.Join(kubernetesStamp("v1.36.3"), " ")
	for _, want := range []string{
		"k8s.io/component-base/version.gitVersion=v1.36.3", "k8s.io/component-base/version.gitMajor=1",
		"k8s.io/component-base/version.gitMinor=36", "k8s.io/client-go/pkg/version.gitVersion=v1.36.3",
	} {
		if !strings.Contains(stamp, want) {
			t.Errorf("%s is not stamped: %s", want, stamp)
		}
	}
}
