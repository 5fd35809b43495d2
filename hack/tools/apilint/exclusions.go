// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"regexp"

	"sigs.k8s.io/yaml"
)

// exclusion lets the findings pass that match all of its expressions.
type exclusion struct{ path, text *regexp.Regexp }

type exclusions []exclusion

func (all exclusions) match(f finding) bool {
	for _, e := range all {
		if e.path.MatchString(f.at.Filename) && e.text.MatchString(f.text()) {
			return true
		}
	}
	return false
}

// readExclusions reads the exclusions of a golangci-lint configuration that name a text; the others say which files are
// looked at, which here the command line does.
func readExclusions(name string) (exclusions, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var configuration struct {
		Linters struct {
			Exclusions struct {
				Rules []struct{ Path, Text string } `json:"rules"`
			} `json:"exclusions"`
		} `json:"linters"`
	}
	if err := yaml.Unmarshal(content, &configuration); err != nil {
		return nil, err
	}
	var all exclusions
	for _, rule := range configuration.Linters.Exclusions.Rules {
		if rule.Text == "" {
			continue
		}
		path, err := regexp.Compile(rule.Path)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", rule.Path, err)
		}
		text, err := regexp.Compile(rule.Text)
		if err != nil {
			return nil, fmt.Errorf("text %q: %w", rule.Text, err)
		}
		all = append(all, exclusion{path, text})
	}
	return all, nil
}
