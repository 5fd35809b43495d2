// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// The data directory holds Secrets of a whole cluster.
	syscall.Umask(0o077)
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil)).With("logger", "etcd-wrapper-standin")

	opts, err := parseOptions(os.Args[1:], os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	ctx, stop := stopOnSignal(context.Background(), signals)

	if err := run(ctx, stop, opts, log); err != nil {
		log.Error("etcd member failed", "error", err)
		os.Exit(1)
	}
	log.Info("etcd member stopped", "reason", context.Cause(ctx))
}

// stoppedBySignal is the cancellation cause that carries the signal's name
// into the exit-code file.
type stoppedBySignal struct{ os.Signal }

func (s stoppedBySignal) Error() string { return "received signal " + s.String() }

// errStopRequested is the cancellation cause of POST /stop.
var errStopRequested = errors.New("stop requested over HTTP")

// stopOnSignal returns a context that the first signal cancels with the cause
// stoppedBySignal. The returned function cancels it with another cause.
func stopOnSignal(parent context.Context, signals <-chan os.Signal) (context.Context, context.CancelCauseFunc) {
	ctx, stop := context.WithCancelCause(parent)
	go func() {
		select {
		case received := <-signals:
			stop(stoppedBySignal{received})
		case <-ctx.Done():
		}
	}()
	return ctx, stop
}
