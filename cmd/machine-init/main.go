// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

// Machine-init makes a container the machine that its meta-data and user-data describe. The machine image runs it once
// as a service of its init system. What goes wrong is the last word of the container, by which its pod is known to have
// failed.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/cloudconfig"
)

// terminationLog is where Kubernetes reads why a container ended, and how much of it.
const (
	terminationLog = "/dev/termination-log"
	maxTermination = 4096
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	last := &tail{most: maxTermination / 2}
	if err := run(ctx, io.MultiWriter(os.Stdout, last)); err != nil {
		message := lastWords(err, last)
		fmt.Fprintln(os.Stderr, "machine-init:", err)
		_ = os.WriteFile(terminationLog, message, 0o600) // Outside a container nobody asks.
		os.Exit(1)                                       //nolint:gocritic // Nothing is left to be cleaned up.
	}
}

func run(ctx context.Context, log io.Writer) error {
	metaData, err := os.ReadFile(filepath.Join(cloudconfig.Folder, cloudconfig.MetaDataFile))
	if err != nil {
		return fmt.Errorf("read meta-data: %w", err)
	}
	machine, err := cloudconfig.ParseMetaData(metaData)
	if err != nil {
		return err
	}
	userData, err := os.ReadFile(filepath.Join(cloudconfig.Folder, cloudconfig.UserDataFile))
	if err != nil {
		return fmt.Errorf("read user-data: %w", err)
	}
	config, err := cloudconfig.Parse(userData)
	if err != nil {
		return err
	}
	if err := prepare(machine); err != nil {
		return err
	}
	executor := &cloudconfig.Executor{Root: "/", Log: log, Run: func(ctx context.Context, program string, arguments ...string) error {
		command := exec.CommandContext(ctx, program, arguments...) //nolint:gosec // The user-data says what runs.
		command.Stdout, command.Stderr = log, log
		return command.Run()
	}}
	return executor.Once(ctx, machine.InstanceID, config)
}

// prepare writes what does not depend on the user-data.
func prepare(machine cloudconfig.MetaData) error {
	if name, err := os.Hostname(); err != nil || name != machine.LocalHostname {
		if err := syscall.Sethostname([]byte(machine.LocalHostname)); err != nil {
			return fmt.Errorf("set the host name %s: %w", machine.LocalHostname, err)
		}
	}
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err != nil {
		return fmt.Errorf("read the size of the host: %w", err)
	}
	content, err := dropIn(machine, host{
		CPUs: int64(runtime.NumCPU()), MemoryBytes: int64(info.Totalram) * int64(info.Unit),
	})
	if err != nil {
		return err
	}
	if err := write(kubeletDropIn, content); err != nil {
		return err
	}
	if text := defaults(machine); text != "" {
		return write(kubeletDefaults, []byte(text))
	}
	return nil
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// lastWords are what went wrong and, where a command did, the end of what it said.
func lastWords(err error, last *tail) []byte {
	message := []byte(err.Error())
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(last.content) > 0 {
		message = append(append(message, '\n'), bytes.TrimSpace(last.content)...)
	}
	return message[:min(len(message), maxTermination)]
}

// tail keeps the end of what is written to it.
type tail struct {
	most    int
	content []byte
}

func (t *tail) Write(data []byte) (int, error) {
	t.content = append(t.content, data...)
	if extra := len(t.content) - t.most; extra > 0 {
		t.content = append(t.content[:0], t.content[extra:]...)
	}
	return len(data), nil
}
