// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Apilint checks API types for the conventions that keep an API able to change: every field says whether it is
// optional, nothing has a stored default, lists and strings are bounded and know how they merge, and types that do not
// evolve (booleans, floats, maps, durations) are not used. It asks for the core of what kube-api-linter asks with the
// configuration in .golangci-kal.yml, from syntax alone, and so works where that linter cannot be had.
//
// What may differ is listed, with the reason, under linters.exclusions.rules of that same file: a finding is let pass when
// its file matches path and its text matches text.
package main

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// finding is one broken rule.
type finding struct {
	at      token.Position
	field   string
	rule    string
	message string
}

func (f finding) String() string {
	return fmt.Sprintf("%s: %s", f.at, f.text())
}

// text is what exclusions are matched with; it has the order of words that kube-api-linter's findings have.
func (f finding) text() string {
	return fmt.Sprintf("%s: field %s %s", f.rule, f.field, f.message)
}

// folders returns the folders with Go files that the patterns name; a pattern ending in /... includes those below.
func folders(patterns []string) ([]string, error) {
	var found []string
	for _, pattern := range patterns {
		root, recursive := strings.CutSuffix(pattern, "/...")
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && path != root && !recursive:
				return fs.SkipDir
			case !entry.IsDir() && strings.HasSuffix(path, ".go"):
				found = append(found, filepath.Dir(path))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// load parses the hand-written, non-test files of a folder.
func load(folder string) (*apiPackage, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	pkg := &apiPackage{files: token.NewFileSet(), types: map[string]apiType{}}
	for _, name := range names {
		if base := filepath.Base(name); strings.HasPrefix(base, "zz_generated") || strings.HasSuffix(base, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(pkg.files, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		pkg.add(file)
	}
	return pkg, nil
}

func run(configuration string, patterns []string) error {
	allowed, err := readExclusions(configuration)
	if err != nil {
		return fmt.Errorf("read %s: %w", configuration, err)
	}
	dirs, err := folders(patterns)
	if err != nil {
		return err
	}
	if len(dirs) == 0 {
		return fmt.Errorf("no Go files in %v", patterns)
	}
	var problems []error
	for _, folder := range dirs {
		pkg, err := load(folder)
		if err != nil {
			return err
		}
		for _, f := range pkg.lint() {
			if !allowed.match(f) {
				problems = append(problems, errors.New(f.String()))
			}
		}
	}
	return errors.Join(problems...)
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: apilint <golangci-lint configuration> <folder>…")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
