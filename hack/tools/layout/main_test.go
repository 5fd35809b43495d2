// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

const document = `text
<!-- layout -->
` + "```" + `
README.md Makefile
api/                what a user can say
  controlplane/
controlplane/       the provider
  components/ pki/
    <name>/
docs/
` + "```\n"

func TestCompare(t *testing.T) {
	cases := map[string]struct {
		onDisk map[string][]string
		want   []string
	}{
		"a tree that is as drawn has no findings": {
			onDisk: map[string][]string{
				".": {"api", "controlplane", "docs"}, "api": {"controlplane"}, "controlplane": {"components", "pki"},
				"controlplane/pki": {"anything"},
			},
		},
		"a folder that is only drawn is found": {
			onDisk: map[string][]string{".": {"api", "controlplane"}, "api": {"controlplane"}, "controlplane": {"components", "pki"}, "controlplane/pki": {}},
			want:   []string{"docs is in the tree and not on disk"},
		},
		"a folder that is only on disk is found": {
			onDisk: map[string][]string{
				".": {"api", "controlplane", "docs", "util"}, "api": {"controlplane"}, "controlplane": {"components", "pki"}, "controlplane/pki": {},
			},
			want: []string{"util is on disk and not in the tree"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			listed, err := parse(strings.NewReader(document))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, problem := range compare(listed, func(folder string) ([]string, error) {
				names, found := c.onDisk[folder]
				if !found {
					return nil, errors.New("no such folder")
				}
				return names, nil
			}) {
				got = append(got, problem.Error())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestParseWantsTheMarker(t *testing.T) {
	if _, err := parse(strings.NewReader("no tree here")); err == nil {
		t.Error("a document without a tree was accepted")
	}
}
