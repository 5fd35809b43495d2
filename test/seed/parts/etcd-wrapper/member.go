// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// run brings the member up and keeps it until ctx ends or etcd fails. Being
// told to stop is not an error. stop is handed to POST /stop.
func run(ctx context.Context, stop context.CancelCauseFunc, o options, log *slog.Logger) error {
	began := time.Now()
	config, err := prepare(ctx, o, log)
	if err != nil {
		return ignoreStop(ctx, err)
	}
	exitCode := exitCodeFile(o)
	member, err := embed.StartEtcd(config)
	if err != nil {
		return fmt.Errorf("start etcd: %w", err)
	}
	closeMember := sync.OnceFunc(member.Close) // a second Close panics
	defer closeMember()
	// From here on only a clean stop may vouch for the data.
	if err := os.Remove(exitCode); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}

	health, err := serveHealth(o, config, stop, log)
	if err != nil {
		return err
	}
	defer health.close()

	ready := member.Server.ReadyNotify()
	for {
		select {
		case <-ready:
			log.Info("etcd serves clients", "after", time.Since(began).String())
			ready = nil
		case err := <-member.Err():
			return fmt.Errorf("etcd: %w", err)
		case err := <-health.failed:
			return fmt.Errorf("health server: %w", err)
		case <-member.Server.StopNotify():
			return errors.New("etcd stopped by itself")
		case <-ctx.Done():
			health.close()
			closeMember() // hands leadership over first
			return noteSignal(exitCode, context.Cause(ctx))
		}
	}
}

// prepare has the data directory made fit and returns etcd's configuration.
func prepare(ctx context.Context, o options, log *slog.Logger) (*embed.Config, error) {
	sidecar, err := newSidecar(o, log)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	mode := validationModeAfter(exitCodeFile(o))
	if err := sidecar.initialize(ctx, mode); err != nil {
		return nil, err
	}
	log.Info("data directory is initialized", "validation", mode, "took", time.Since(began).String())

	began = time.Now()
	text, err := sidecar.config(ctx)
	if err != nil {
		return nil, err
	}
	// embed reads files only. The data volume is the one place that is
	// writable whatever user and root file system the pod has.
	file := filepath.Join(o.volume, "etcd-wrapper-standin.conf.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	config, err := embed.ConfigFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("configuration from the sidecar: %w", err)
	}
	log.Info("etcd is configured", "member", config.Name, "took", time.Since(began).String())
	return config, nil
}

// ignoreStop drops err if it only says that ctx was ended on purpose.
func ignoreStop(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // The cause is logged when the process ends.
	}
	return err
}

func exitCodeFile(o options) string { return filepath.Join(o.volume, "exit_code") }

// validationModeAfter chooses the validation from what the last run noted. No
// note means the first start or a crash.
func validationModeAfter(exitCode string) validationMode {
	note, err := os.ReadFile(exitCode)
	if err != nil {
		return validateFully
	}
	switch strings.TrimSpace(string(note)) {
	case syscall.SIGTERM.String(), syscall.SIGINT.String():
		return validateSanity
	}
	return validateFully
}

// noteSignal records the signal that ended this run. Other causes leave no
// note, so the next start validates fully.
func noteSignal(exitCode string, cause error) error {
	var received stoppedBySignal
	if !errors.As(cause, &received) {
		return nil
	}
	return os.WriteFile(exitCode, []byte(received.Signal.String()), 0o600)
}
