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
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// privateFolders have paths that Kubernetes programs do not let us choose. The
// seed sees its own, kept in the state folder; /run starts empty.
var privateFolders = map[string]string{"/run": "", "/var/lib": "var-lib", "/var/log": "var-log"}

// Create starts the first process of the seed and connects its network. It
// does nothing when that process runs, and first removes what a crashed one left.
func (n *Node) Create(ctx context.Context, pid1 string) error {
	if n.Running() {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("a seed needs root: it makes namespaces, network interfaces and control groups")
	}
	if err := n.removeOutside(); err != nil {
		return fmt.Errorf("clean up after a crashed run: %w", err)
	}
	if err := n.makeFolders(); err != nil {
		return err
	}
	network, err := chooseNetwork(n.Network)
	if err != nil {
		return err
	}
	if err := n.createControlGroup(); err != nil {
		return fmt.Errorf("create control group %s: %w", n.UniqueName(), err)
	}
	pid, err := n.startFirstProcess(pid1)
	if err != nil {
		return fmt.Errorf("start the first process: %w", err)
	}
	startTime, err := processStartTime(pid)
	if err != nil {
		return err
	}
	n.Network = network
	if err := n.writeRecord(record{PID: pid, StartTime: startTime, Network: network}); err != nil {
		return err
	}
	if err := n.connect(ctx, pid); err != nil {
		return fmt.Errorf("connect the seed's network %s: %w", network.CIDR, err)
	}
	return nil
}

func (n *Node) makeFolders() error {
	folders := []string{n.path("run"), n.LogDir(), n.VolumesDir(), n.path("kubelet"), n.CacheDir}
	for _, source := range privateFolders {
		if source != "" {
			folders = append(folders, n.path(source))
		}
	}
	for _, folder := range folders {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// startFirstProcess returns the process id once the namespaces are set up.
func (n *Node) startFirstProcess(pid1 string) (int, error) {
	log, err := os.OpenFile(filepath.Join(n.LogDir(), "pid1.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return 0, err
	}
	defer func() { _ = log.Close() }()
	ready, report, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer func() { _ = ready.Close() }()
	var private []string
	for folder, source := range privateFolders {
		if source != "" {
			source = n.path(source)
		}
		private = append(private, folder+"="+source)
	}
	cmd := exec.Command(pid1,
		"--private", strings.Join(private, ","),
		"--keep", n.StateDir+","+n.CacheDir,
		"--socket", n.socket())
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + systemPath}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{report}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID}
	err = cmd.Start()
	_ = report.Close()
	if err != nil {
		return 0, err
	}
	go func() { _ = cmd.Wait() }() // Only matters to long-lived callers, such as tests.
	problem, err := io.ReadAll(ready)
	if err != nil {
		return 0, err
	}
	if len(problem) > 0 {
		return 0, errors.New(string(problem))
	}
	return cmd.Process.Pid, n.joinControlGroup(cmd.Process.Pid)
}

// Remove ends the seed, waits until it is gone and removes all it made, apart
// from its logs.
func (n *Node) Remove() error {
	if err := n.kill(); err != nil {
		return err
	}
	if err := n.removeOutside(); err != nil {
		return err
	}
	entries, err := os.ReadDir(n.path())
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == filepath.Base(n.LogDir()) {
			continue
		}
		if err := os.RemoveAll(n.path(entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// kill ends the first process. The kernel then kills all others in the process
// namespace, and the first one counts as ended only when they all have.
func (n *Node) kill() error {
	known, err := n.readRecord()
	if err != nil || !known.alive() {
		return nil // Without a record there is nothing to kill.
	}
	fd, err := unix.PidfdOpen(known.PID, 0)
	if err != nil {
		return nil // It has just ended.
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil {
		return fmt.Errorf("kill process %d: %w", known.PID, err)
	}
	for {
		count, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(killTimeout.Milliseconds()))
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err == nil && count == 0 {
			err = fmt.Errorf("still alive after %s", killTimeout)
		}
		if err != nil {
			return fmt.Errorf("wait for process %d: %w", known.PID, err)
		}
		return nil
	}
}

// removeOutside removes what a seed has outside its namespaces and state folder.
func (n *Node) removeOutside() error {
	return errors.Join(n.disconnect(), n.removeControlGroup())
}

// alive reports whether the process of the record still runs; the start time
// tells it from another one that got the same id.
func (r record) alive() bool {
	startTime, err := processStartTime(r.PID)
	return err == nil && startTime == r.StartTime
}

// processStartTime returns when a process started, in clock ticks since boot.
// It fails when there is no such process, or only a zombie.
func processStartTime(pid int) (uint64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is a name in parentheses and may contain anything.
	_, rest, found := strings.Cut(string(data[strings.LastIndexByte(string(data), ')'):]), " ")
	fields := strings.Fields(rest)
	if !found || len(fields) < 20 {
		return 0, fmt.Errorf("process %d has an unexpected status %q", pid, data)
	}
	if fields[0] == "Z" {
		return 0, fmt.Errorf("process %d has ended", pid)
	}
	return strconv.ParseUint(fields[19], 10, 64)
}
