// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Summary adds up JUnit reports and prints what passed and failed. It reads every file named as an argument; the last
// line it prints is "N passed, N failed". A report that is missing or cannot be read is an error: a run whose results
// are unknown has not passed.
package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// testSuites is the part of a JUnit report that is counted.
type testSuites struct {
	Suites []struct {
		Cases []testCase `xml:"testcase"`
	} `xml:"testsuite"`
}

type testCase struct {
	Class   string    `xml:"classname,attr"`
	Name    string    `xml:"name,attr"`
	Failure *struct{} `xml:"failure"`
	Error   *struct{} `xml:"error"`
	Skipped *struct{} `xml:"skipped"`
}

// isSpec tells tests from Ginkgo's nodes around them, such as [BeforeSuite], which count only when they fail.
func (c testCase) isSpec() bool {
	return !strings.HasPrefix(c.Name, "[") || strings.HasPrefix(c.Name, "[It]")
}

// counts is what became of the tests of one or more reports.
type counts struct{ passed, failed, skipped int }

func (c *counts) add(other counts) {
	c.passed += other.passed
	c.failed += other.failed
	c.skipped += other.skipped
}

func count(report []byte) (counts, []string, error) {
	var suites testSuites
	if err := xml.Unmarshal(report, &suites); err != nil {
		return counts{}, nil, err
	}
	var total counts
	var failures []string
	for _, suite := range suites.Suites {
		for _, test := range suite.Cases {
			switch {
			case test.Failure != nil || test.Error != nil:
				total.failed++
				failures = append(failures, test.Class+": "+test.Name)
			case !test.isSpec():
			case test.Skipped != nil:
				total.skipped++
			default:
				total.passed++
			}
		}
	}
	return total, failures, nil
}

func run(out io.Writer, paths []string) error {
	var total counts
	var problems []error
	for _, path := range paths {
		report, err := os.ReadFile(path)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		c, failures, err := count(report)
		if err != nil {
			problems = append(problems, fmt.Errorf("read %s: %w", path, err))
			continue
		}
		total.add(c)
		fmt.Fprintf(out, "  %-28s %5d passed, %d failed, %d skipped\n", filepath.Base(path), c.passed, c.failed, c.skipped)
		for _, failure := range failures {
			fmt.Fprintf(out, "    FAILED %s\n", failure)
		}
	}
	for _, problem := range problems {
		fmt.Fprintf(out, "    FAILED %v\n", problem)
	}
	total.failed += len(problems)
	fmt.Fprintf(out, "%d passed, %d failed\n", total.passed, total.failed)
	switch {
	case total.failed > 0:
		return errors.New("there were failures")
	case total.passed == 0:
		return errors.New("nothing ran")
	}
	return nil
}

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		os.Exit(1)
	}
}
