// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/kubeception/cluster-api-provider-kubeception/test/seed"
)

func main() {
	ctrllog.SetLogger(logr.Discard())
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	settings, err := settingsFrom(os.Getenv)
	if err != nil {
		return err
	}
	realSeed, err := seed.Open(settings.state)
	if err != nil {
		return fmt.Errorf("%w; start the seed with make up", err)
	}
	tests, err := prepare(ctx, realSeed)
	if err != nil {
		return err
	}
	cluster, err := start(ctx, realSeed)
	if err != nil {
		return err
	}
	failed := tests.run(ctx, cluster, settings)
	if settings.keep {
		return failed
	}
	// Whoever interrupts the tests wants the cluster gone nevertheless.
	if err := cluster.remove(context.WithoutCancel(ctx)); err != nil && failed == nil {
		return err
	}
	return failed
}

// settings are what the environment asks for.
type settings struct {
	// state is the state folder of the seed, artifacts where the results go.
	state, artifacts string
	// focus and skip are regular expressions of test names.
	focus, skip string
	// procs is the number of tests at once.
	procs int
	keep  bool
}

func settingsFrom(getenv func(string) string) (settings, error) {
	value := func(name, absent string) string {
		if set := getenv(name); set != "" {
			return set
		}
		return absent
	}
	s := settings{
		state:     value("KUBECEPTION_SEED", filepath.Join("..", "_run")),
		artifacts: value("ARTIFACTS", filepath.Join("..", "_artifacts")),
		focus:     value("RUN", `\[Conformance\]`),
		skip:      getenv("SKIP"),
		keep:      getenv("KEEP") != "",
	}
	var err error
	if s.procs, err = strconv.Atoi(value("PROCS", "4")); err != nil || s.procs < 1 {
		return s, fmt.Errorf("PROCS: %q is not a number of tests at once", getenv("PROCS"))
	}
	return s, nil
}

// progressf tells the user what is being done.
func progressf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format(time.TimeOnly)+" "+format+"\n", args...)
}
