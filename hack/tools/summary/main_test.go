// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const report = `<testsuites>
  <testsuite name="e2e">
    <testcase classname="e2e" name="[BeforeSuite]"/>
    <testcase classname="e2e" name="[It] a cluster starts"/>
    <testcase classname="e2e" name="[It] a cluster is deleted"><failure message="no"/></testcase>
    <testcase classname="e2e" name="[It] a cluster is moved"><skipped/></testcase>
  </testsuite>
  <testsuite name="unit"><testcase classname="pki" name="TestRenew"/></testsuite>
</testsuites>`

func TestSummary(t *testing.T) {
	cases := map[string]struct {
		reports  map[string]string
		extra    []string
		want     string
		wantFail bool
	}{
		"failures are named, skipped specs and Ginkgo's own nodes are not counted as passed": {
			reports: map[string]string{"junit.xml": report}, want: "2 passed, 1 failed", wantFail: true,
		},
		"a suite whose set-up fails has failed": {
			reports:  map[string]string{"junit.xml": `<testsuites><testsuite><testcase name="[BeforeSuite]"><error/></testcase></testsuite></testsuites>`},
			want:     "0 passed, 1 failed",
			wantFail: true,
		},
		"reports are added up": {
			reports: map[string]string{
				"a.xml": `<testsuites><testsuite><testcase name="A"/></testsuite></testsuites>`,
				"b.xml": `<testsuites><testsuite><testcase name="B"/></testsuite></testsuites>`,
			},
			want: "2 passed, 0 failed",
		},
		"a report that is missing is a failure":    {extra: []string{"absent.xml"}, want: "0 passed, 1 failed", wantFail: true},
		"a report that was cut short is a failure": {reports: map[string]string{"a.xml": "<testsuites><tests"}, want: "0 passed, 1 failed", wantFail: true},
		"a run without any report has not passed":  {want: "0 passed, 0 failed", wantFail: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			paths := c.extra
			for file, content := range c.reports {
				path := filepath.Join(t.TempDir(), file)
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				paths = append(paths, path)
			}
			var out strings.Builder
			err := run(&out, paths)
			if (err != nil) != c.wantFail {
				t.Errorf("run returned %v", err)
			}
			if !strings.HasSuffix(out.String(), c.want+"\n") {
				t.Errorf("want the last line %q, got:\n%s", c.want, out.String())
			}
		})
	}
}
