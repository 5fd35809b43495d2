// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package steps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestStepsRunAfterWhatTheyNeed(t *testing.T) {
	var mutex sync.Mutex
	var order []string
	step := func(name string, needs ...string) Step {
		return Step{Name: name, Needs: needs, Run: func(context.Context, io.Writer) error {
			mutex.Lock()
			defer mutex.Unlock()
			order = append(order, name)
			return nil
		}}
	}
	list := []Step{step("etcd"), step("apiserver", "etcd"), step("containerd"), step("node", "apiserver", "containerd")}
	if err := Run(t.Context(), list, NewDisplay(io.Discard), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	position := map[string]int{}
	for i, name := range order {
		position[name] = i
	}
	if len(order) != 4 || position["apiserver"] < position["etcd"] || position["node"] != 3 {
		t.Errorf("order %v", order)
	}
}

func TestIndependentStepsRunAtTheSameTime(t *testing.T) {
	meet := make(chan struct{})
	a := Step{Name: "a", Run: func(context.Context, io.Writer) error { meet <- struct{}{}; return nil }}
	b := Step{Name: "b", Run: func(context.Context, io.Writer) error { <-meet; return nil }}
	if err := Run(t.Context(), []Step{a, b}, NewDisplay(io.Discard), t.TempDir()); err != nil {
		t.Fatal(err)
	}
}

func TestFailedStep(t *testing.T) {
	logs, out := t.TempDir(), &bytes.Buffer{}
	fail := Step{Name: "etcd", Run: func(_ context.Context, log io.Writer) error {
		for i := range 100 {
			_, _ = fmt.Fprintf(log, "line %d\n", i)
		}
		return errors.New("no space left")
	}}
	later := Step{Name: "apiserver", Needs: []string{"etcd"}, Run: func(context.Context, io.Writer) error {
		t.Error("a step ran although what it needs failed")
		return nil
	}}
	slow := Step{Name: "containerd", Run: func(ctx context.Context, _ io.Writer) error { <-ctx.Done(); return ctx.Err() }}
	err := Run(t.Context(), []Step{fail, later, slow}, &lines{out: out, now: time.Now}, logs)
	if err == nil {
		t.Fatal("no error")
	}
	log := filepath.Join(logs, "01-etcd.log")
	for _, want := range []string{"step etcd failed: no space left", log, "line 99"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "line 1\n") {
		t.Error("the error contains the whole log")
	}
	if _, err := os.Stat(log); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"✗ etcd", "- containerd (cancelled)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the display does not say %q:\n%s", want, out)
		}
	}
}

func TestUnknownNeed(t *testing.T) {
	list := []Step{{Name: "node", Needs: []string{"apiserver"}}}
	if err := Run(t.Context(), list, NewDisplay(io.Discard), t.TempDir()); err == nil || !strings.Contains(err.Error(), "node needs apiserver") {
		t.Errorf("got %v", err)
	}
}

func TestLines(t *testing.T) {
	out := &bytes.Buffer{}
	display := &lines{out: out, now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }}
	display.Started("etcd")
	display.Succeeded("etcd", 1500*time.Millisecond)
	display.Close()
	if want := "03:04:05   … etcd\n03:04:05   ✓ etcd (1.5s)\n"; out.String() != want {
		t.Errorf("got %q, want %q", out, want)
	}
}
