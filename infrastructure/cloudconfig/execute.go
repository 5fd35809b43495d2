// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudconfig

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Executor carries out cloud-configs.
type Executor struct {
	// Root is where paths begin. Empty means /; tests use a folder.
	Root string
	// Run runs a program.
	Run func(ctx context.Context, program string, arguments ...string) error
	// Log takes a line for each step.
	Log io.Writer
}

// scripts is where commands are put for the shell to read.
const scripts = "/run/machine-init"

// done is where the instances are noted whose user-data was carried out.
const done = "/var/lib/machine-init"

// Once carries out a cloud-config unless it was carried out for this instance before.
func (e *Executor) Once(ctx context.Context, instance string, config *Config) error {
	marker := e.path(filepath.Join(done, filepath.Base(instance)))
	if _, err := os.Stat(marker); err == nil {
		e.sayf("the user-data of instance %s was carried out before", instance)
		return nil
	}
	if err := e.Execute(ctx, config); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(marker), 0o755); err != nil {
		return err
	}
	return os.WriteFile(marker, nil, 0o600)
}

// Execute carries out a cloud-config in the order of cloud-init. Errors begin with the key that failed.
func (e *Executor) Execute(ctx context.Context, config *Config) error {
	if err := e.commands(ctx, "bootcmd", config.BootCmd); err != nil {
		return err
	}
	if err := e.files(ctx, config.WriteFiles, false); err != nil {
		return err
	}
	if err := e.authorities(ctx, config.CACerts.Trusted); err != nil {
		return err
	}
	if err := e.users(ctx, config.Users); err != nil {
		return err
	}
	if len(config.NTP) > 0 {
		e.sayf("ntp: the clock is that of the host; nothing is done")
	}
	if err := e.files(ctx, config.WriteFiles, true); err != nil {
		return err
	}
	return e.commands(ctx, "runcmd", config.RunCmd)
}

func (e *Executor) sayf(format string, values ...any) {
	fmt.Fprintf(e.Log, "machine-init: "+format+"\n", values...)
}

func (e *Executor) path(path string) string { return filepath.Join(e.Root, path) }

// commands runs commands as one script, as cloud-init does: one that fails does not keep the next from running, and the
// last one decides about the whole.
func (e *Executor) commands(ctx context.Context, key string, commands []Command) error {
	if len(commands) == 0 {
		return nil
	}
	lines := []string{"#!/bin/sh"}
	for _, command := range commands {
		lines = append(lines, command.shell())
	}
	script := e.path(filepath.Join(scripts, key))
	if err := os.MkdirAll(filepath.Dir(script), 0o700); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if err := os.WriteFile(script, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	e.sayf("%s: %d commands", key, len(commands))
	if err := e.Run(ctx, "/bin/sh", script); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (e *Executor) files(ctx context.Context, files []File, deferred bool) error {
	for i, file := range files {
		if file.Defer != deferred {
			continue
		}
		if err := e.write(ctx, file); err != nil {
			return fmt.Errorf("write_files[%d] (%s): %w", i, file.Path, err)
		}
		e.sayf("wrote %s", file.Path)
	}
	return nil
}

func (e *Executor) write(ctx context.Context, file File) error {
	data, err := file.Data()
	if err != nil {
		return err
	}
	path := e.path(file.Path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if file.Append {
		flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	// Nobody else reads it before it has its owner and permissions.
	target, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return err
	}
	_, err = target.Write(data)
	if closed := target.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if file.Owner != "" {
		if err := e.Run(ctx, "chown", file.Owner, path); err != nil {
			return err
		}
	}
	return os.Chmod(path, file.Permissions.mode()) // After chown, which takes setuid away.
}

// authorities has the machine trust certificates.
func (e *Executor) authorities(ctx context.Context, trusted []string) error {
	if len(trusted) == 0 {
		return nil
	}
	file := File{Path: "/usr/local/share/ca-certificates/cloud-init-ca-certs.crt", Content: strings.Join(trusted, "\n") + "\n"}
	if err := e.write(ctx, file); err != nil {
		return fmt.Errorf("ca_certs: %w", err)
	}
	if err := e.Run(ctx, "update-ca-certificates"); err != nil {
		return fmt.Errorf("ca_certs: %w", err)
	}
	return nil
}
