// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"slices"
	"testing"
)

func TestSourcesAreDebiansOwnMainArchiveFirst(t *testing.T) {
	got, err := parseSources(`http://example.org/debian-security bookworm-security main Debian
http://example.org/debian bookworm main Debian
http://example.org/debian bookworm main Debian
https://packages.example.com/apt tools main Example
https://packages.example.com/unsigned ./ 
http://example.org/debian bookworm contrib Debian
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []source{
		{"http://example.org/debian", "bookworm", "contrib"},
		{"http://example.org/debian", "bookworm", "main"},
		{"http://example.org/debian-security", "bookworm-security", "main"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWithoutDebiansPackagesTheRemedyIsNamed(t *testing.T) {
	if _, err := parseSources("https://packages.example.com/apt tools main Example\n"); err == nil {
		t.Error("foreign packages pass for Debian's")
	}
}

func TestTheCacheKeyIsAboutPackagesAndReleases(t *testing.T) {
	layer := Layer{Name: "a", Packages: []string{"kmod"}}
	key := cacheKey(layer, []source{{"http://one.example.org", "bookworm", "main"}})
	if other := cacheKey(layer, []source{{"http://two.example.org", "bookworm", "main"}}); other != key {
		t.Error("another mirror makes another layer")
	}
	if other := cacheKey(layer, []source{{"http://one.example.org", "trixie", "main"}}); other == key {
		t.Error("another release makes the same layer")
	}
	layer.Bare = true
	if other := cacheKey(layer, []source{{"http://one.example.org", "bookworm", "main"}}); other == key {
		t.Error("bare packages make the same layer")
	}
}
