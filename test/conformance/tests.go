// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
)

// tests is upstream's program, with everything that it needs.
type tests struct{ binary, ginkgo, kubectl string }

// prepare builds the tests and what they run.
func prepare(ctx context.Context, s *seed.Seed) (*tests, error) {
	t := &tests{}
	for part, into := range map[string]*string{"e2e.test": &t.binary, "ginkgo": &t.ginkgo, "kubectl": &t.kubectl} {
		progressf("building %s, unless it is cached", part)
		var err error
		if *into, err = s.Binaries.Binary(ctx, part); err != nil {
			return nil, err
		}
	}
	listed, err := exec.CommandContext(ctx, t.binary, "--list-images").Output()
	if err != nil {
		return nil, fmt.Errorf("ask e2e.test for its images: %w", err)
	}
	progressf("making their images")
	return t, serve(ctx, s, strings.Fields(string(listed)), os.Stderr)
}

// run runs the tests. The error says that some failed; the report says which.
func (t *tests) run(ctx context.Context, c *cluster, settings settings) error {
	folder := filepath.Join(settings.artifacts, "conformance")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	kubeconfig, err := c.Kubeconfig(ctx)
	if err != nil {
		return err
	}
	path := filepath.Join(folder, "kubeconfig")
	if err := os.WriteFile(path, kubeconfig, 0o600); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(folder, "e2e.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()

	arguments := []string{
		"--procs=" + strconv.Itoa(settings.procs), "--focus=" + settings.focus, "--no-color", "--silence-skips",
		"--timeout=24h", "--poll-progress-after=10m", "--flake-attempts=1", t.binary, "--",
		"--kubeconfig=" + path, "--provider=local", "--report-dir=" + folder, "--report-complete-junit=false",
		"--kubectl-path=" + t.kubectl, "--disable-log-dump",
		"--num-nodes=" + strconv.Itoa(workers),
	}
	if settings.skip != "" {
		arguments = append([]string{"--skip=" + settings.skip}, arguments...)
	}
	progressf("running tests that match %s, %d at once; details are in %s", settings.focus, settings.procs, log.Name())
	began := time.Now()
	command := exec.CommandContext(ctx, t.ginkgo, arguments...)
	command.Dir = folder
	command.Stdout, command.Stderr = log, log
	// Ginkgo reports what it was doing when it is interrupted.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = time.Minute
	failed := command.Run()
	progressf("ended after %s", time.Since(began).Round(time.Second))
	if failed != nil {
		return fmt.Errorf("tests failed, see %s: %w", log.Name(), failed)
	}
	return nil
}
