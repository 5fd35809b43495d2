// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// tools are the programs taken from Debian, with the packages they come in.
var tools = map[string]string{
	"runc":                "runc",
	pluginDir + "/bridge": "containernetworking-plugins",
	"iptables":            "iptables",
	"conntrack":           "conntrack",
	"ethtool":             "ethtool",
	"ip":                  "iproute2",
	"mount":               "mount",
}

// kernelModules are needed where they are not built in; loading fails silently
// where they are.
var kernelModules = []string{"overlay", "br_netfilter"}

// InstallTools installs the Debian packages of tools that are missing.
func InstallTools(ctx context.Context, log io.Writer) error {
	for _, module := range kernelModules {
		_ = exec.CommandContext(ctx, "modprobe", module).Run()
	}
	var missing []string
	for tool, pkg := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, pkg)
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
	install := append([]string{"install", "--yes", "--no-install-recommends"}, missing...)
	if err := run(install...); err == nil {
		return nil
	}
	// Package lists may be missing or old.
	if err := errors.Join(run("update"), run(install...)); err != nil {
		return fmt.Errorf("install %s: %w", strings.Join(missing, ", "), err)
	}
	return nil
}
