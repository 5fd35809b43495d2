// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Package docs holds pages, and the tests that keep them true: links lead somewhere, every condition is explained, and
// every example is accepted.
package docs

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// page is a Markdown file.
type page struct {
	path string
	// prose are the lines outside of code blocks, blocks are those inside.
	prose  []string
	blocks []block
}

// block is a fenced code block.
type block struct {
	language, content string
	// line is that of the fence.
	line int
}

// root is the repository, from this folder. Paths of pages begin there.
const root = ".."

// pages reads every page of this folder and of the repository's root, by path.
func pages(t *testing.T) map[string]page {
	t.Helper()
	out := map[string]page{}
	for _, pattern := range []string{"docs/*.md", "*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			path := filepath.Join(filepath.Dir(pattern), filepath.Base(file))
			out[path] = readPage(t, path)
		}
	}
	return out
}

func readPage(t *testing.T, path string) page {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	p := page{path: path}
	var open *block
	for number, line := range strings.Split(string(content), "\n") {
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{language: language, line: number + 1}
		case fence:
			p.blocks = append(p.blocks, *open)
			open = nil
		case open != nil:
			open.content += line + "\n"
		default:
			p.prose = append(p.prose, line)
		}
	}
	if open != nil {
		t.Errorf("%s:%d: the code block does not end", path, open.line)
	}
	return p
}

var heading = regexp.MustCompile(`^#+ +(.*)$`)

// headings lists the headings without marks.
func (p page) headings() []string {
	var out []string
	for _, line := range p.prose {
		if found := heading.FindStringSubmatch(line); found != nil {
			out = append(out, strings.ReplaceAll(found[1], "`", ""))
		}
	}
	return out
}

var notInAnchors = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// anchors are what GitHub makes of the headings.
func (p page) anchors() []string {
	var out []string
	for _, text := range p.headings() {
		text = notInAnchors.ReplaceAllString(strings.ToLower(text), "")
		out = append(out, strings.ReplaceAll(text, " ", "-"))
	}
	return out
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	all := pages(t)
	for path, p := range all {
		for _, found := range link.FindAllStringSubmatch(strings.Join(p.prose, "\n"), -1) {
			if err := follow(all, path, found[1]); err != nil {
				t.Errorf("%s: the link %s: %v", path, found[1], err)
			}
		}
	}
}

// measured is written from a run of make bench; a checkout may be without it.
const measured = "docs/benchmark.md"

// follow checks a link of a page. Other sites are not asked.
func follow(all map[string]page, from, link string) error {
	target, err := url.Parse(link)
	if err != nil {
		return err
	}
	if target.IsAbs() {
		return nil
	}
	path := from
	if target.Path != "" {
		path = filepath.Join(filepath.Dir(from), target.Path)
	}
	if _, err := os.Stat(filepath.Join(root, path)); err != nil && path != measured {
		return err
	}
	if target.Fragment == "" {
		return nil
	}
	if p, known := all[path]; !known || !slices.Contains(p.anchors(), target.Fragment) {
		return fmt.Errorf("there is no heading %s", target.Fragment)
	}
	return nil
}

// A reader finds every page from the README or from a page that it leads to.
func TestEveryPageIsLinked(t *testing.T) {
	linked := map[string]bool{}
	all := pages(t)
	for path, p := range all {
		for _, found := range link.FindAllStringSubmatch(strings.Join(p.prose, "\n"), -1) {
			target, _, _ := strings.Cut(found[1], "#")
			linked[filepath.Join(filepath.Dir(path), target)] = true
		}
	}
	for path := range all {
		if !linked[path] && path != "README.md" {
			t.Errorf("no page links to %s", path)
		}
	}
}
