// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package steps

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// tailLines is how much of its log the error of a failed step shows.
const tailLines = 15

// Step is one thing to do.
type Step struct {
	// Name is short and unique; it names the log file.
	Name string
	// Needs names the steps, listed before this one, that must have succeeded.
	Needs []string
	// Run does it. It must return soon after ctx is cancelled.
	Run func(ctx context.Context, log io.Writer) error
}

// Run runs all steps and returns when all have ended. The first failure
// cancels the others; its error names the log of the step and shows its end.
func Run(ctx context.Context, list []Step, display Display, logDir string) error {
	if err := os.MkdirAll(logDir, 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := map[string]chan struct{}{}
	for _, step := range list {
		for _, need := range step.Needs {
			if done[need] == nil {
				return fmt.Errorf("step %s needs %s, which is not listed before it", step.Name, need)
			}
		}
		done[step.Name] = make(chan struct{})
	}
	var group sync.WaitGroup
	var once sync.Once
	var first error
	for i, step := range list {
		group.Go(func() {
			for _, need := range step.Needs {
				select {
				case <-done[need]:
				case <-ctx.Done():
					return
				}
			}
			log := filepath.Join(logDir, fmt.Sprintf("%02d-%s.log", i+1, step.Name))
			if err := runLogged(ctx, step, display, log); err != nil {
				once.Do(func() { first = err })
				cancel()
				return
			}
			close(done[step.Name])
		})
	}
	group.Wait()
	display.Close()
	if first == nil {
		return ctx.Err()
	}
	return first
}

func runLogged(ctx context.Context, step Step, display Display, path string) error {
	log, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	start := time.Now()
	display.Started(step.Name)
	err = step.Run(ctx, log)
	if err == nil {
		display.Succeeded(step.Name, time.Since(start))
		return nil
	}
	if ctx.Err() != nil { // Then another step failed first, and this is how cancelling it looks.
		display.Cancelled(step.Name)
		return err
	}
	display.Failed(step.Name, time.Since(start))
	return fmt.Errorf("step %s failed: %w\n%s", step.Name, err, excerpt(path))
}

// excerpt returns the end of a log with its path, or only the path when the log is empty.
func excerpt(path string) string {
	data, err := os.ReadFile(path)
	text := strings.TrimSpace(string(data))
	if err != nil || text == "" {
		return "log: " + path
	}
	lines := strings.Split(text, "\n")
	return "the end of " + path + ":\n  " + strings.Join(lines[max(0, len(lines)-tailLines):], "\n  ")
}
