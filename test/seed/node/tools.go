// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// tools are the programs that a node needs from Debian, with the packages they come in.
var tools = map[string]string{
	"runc":                "runc",
	pluginDir + "/bridge": "containernetworking-plugins",
	"iptables":            "iptables",
	"conntrack":           "conntrack",
	"ethtool":             "ethtool",
	"ip":                  "iproute2",
	"mount":               "mount",
}

// buildTools are what builds images and programs that Go alone cannot build.
var buildTools = map[string]string{
	"gcc":        "gcc libc6-dev",
	"mmdebstrap": "mmdebstrap",
}

// kernelModules are needed where they are not built in; loading fails silently
// where they are.
var kernelModules = []string{"overlay", "br_netfilter"}

// InstallTools installs the Debian packages of missing programs that a node or its images are made with.
func InstallTools(ctx context.Context, log io.Writer) error {
	for _, module := range kernelModules {
		_ = exec.CommandContext(ctx, "modprobe", module).Run()
	}
	all := maps.Clone(tools)
	maps.Copy(all, buildTools)
	return install(ctx, log, all)
}

// InstallBuildTools installs the Debian packages of missing programs that images are made with.
func InstallBuildTools(ctx context.Context, log io.Writer) error {
	return install(ctx, log, buildTools)
}

func install(ctx context.Context, log io.Writer, wanted map[string]string) error {
	var missing []string
	for tool, packages := range wanted {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, strings.Fields(packages)...)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("this machine lacks %s and is not a Debian that could install them", strings.Join(missing, ", "))
	}
	run := func(args ...string) error {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		cmd.Stdout, cmd.Stderr = log, log
		return cmd.Run()
	}
	command := append([]string{"install", "--yes", "--no-install-recommends"}, missing...)
	if err := run(command...); err == nil {
		return nil
	}
	// Package lists may be missing or old.
	if err := errors.Join(run("update"), run(command...)); err != nil {
		return fmt.Errorf("install %s: %w", strings.Join(missing, ", "), err)
	}
	return nil
}
