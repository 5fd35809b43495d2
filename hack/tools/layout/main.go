// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Layout compares the folder tree drawn in a document with the folders on disk.
//
// The tree is the first code block after the line "<!-- layout -->". Each line names one folder or several, every name
// ending with a slash, two spaces of indent per level; what follows the names is prose. A folder that lists no folders
// below it says nothing about them; one that lists any must list all. A name in angle brackets, such as <name>/,
// stands for any number of folders.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

// marker is the line before the code block that holds the tree.
const marker = "<!-- layout -->"

// tree maps a folder to the names the document lists below it. The repository itself is ".".
type tree map[string][]string

// parse reads the tree out of a document.
func parse(document io.Reader) (tree, error) {
	listed := tree{}
	var parents []string
	seen, inside := false, false
	for lines := bufio.NewScanner(document); lines.Scan(); {
		line := lines.Text()
		fence := strings.HasPrefix(line, "```")
		switch {
		case line == marker:
			seen = true
		case seen && fence && inside:
			return listed, nil
		case seen && fence:
			inside = true
		case inside && strings.TrimSpace(line) != "":
			names, depth := folders(line)
			if depth > len(parents) {
				return nil, fmt.Errorf("%q is indented deeper than a folder above it allows", line)
			}
			parent := path.Join(append([]string{"."}, parents[:depth]...)...)
			listed[parent] = append(listed[parent], names...)
			if len(names) > 0 {
				parents = append(slices.Clone(parents[:depth]), names[len(names)-1])
			}
		}
	}
	return nil, fmt.Errorf("no code block after %q", marker)
}

// folders returns the folders a line names and how deep they are.
func folders(line string) (names []string, depth int) {
	trimmed := strings.TrimLeft(line, " ")
	for word := range strings.FieldsSeq(trimmed) {
		name, isFolder := strings.CutSuffix(word, "/")
		if !isFolder {
			break
		}
		names = append(names, name)
	}
	return names, (len(line) - len(trimmed)) / 2
}

// compare returns one error for each folder that is listed but missing, or there but not listed.
func compare(listed tree, onDisk func(folder string) ([]string, error)) []error {
	var problems []error
	for _, parent := range slices.Sorted(maps.Keys(listed)) {
		if isAny(path.Base(parent)) {
			continue
		}
		existing, err := onDisk(parent)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s is in the tree and not on disk", parent))
			continue
		}
		names := listed[parent]
		for _, name := range names {
			if !isAny(name) && !slices.Contains(existing, name) {
				problems = append(problems, fmt.Errorf("%s is in the tree and not on disk", path.Join(parent, name)))
			}
		}
		if slices.ContainsFunc(names, isAny) {
			continue
		}
		for _, name := range existing {
			if !slices.Contains(names, name) {
				problems = append(problems, fmt.Errorf("%s is on disk and not in the tree", path.Join(parent, name)))
			}
		}
	}
	return problems
}

func isAny(name string) bool {
	return strings.HasPrefix(name, "<") && strings.HasSuffix(name, ">")
}

func run(name string, onDisk func(string) ([]string, error)) error {
	document, err := os.Open(name)
	if err != nil {
		return err
	}
	defer document.Close()
	listed, err := parse(document)
	if err != nil {
		return fmt.Errorf("read the tree in %s: %w", name, err)
	}
	return errors.Join(compare(listed, onDisk)...)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: layout <document>")
		os.Exit(2)
	}
	tracked, err := trackedFolders()
	if err == nil {
		err = run(os.Args[1], tracked)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
