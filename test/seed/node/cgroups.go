// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	killTimeout = 60 * time.Second
	// systemGroup holds the seed's own processes, beside the pods.
	systemGroup = "system"
)

// controllers are what a kubelet wants delegated on cgroup v2.
var controllers = []string{"cpu", "cpuset", "memory", "pids", "io", "hugetlb"}

// controlGroupRoot is the kubelet's cgroupRoot.
func (n *Node) controlGroupRoot() string { return "/" + n.UniqueName() }

// hierarchies lists where control groups are mounted: one folder on cgroup v2,
// one per controller on v1.
func hierarchies() (mounts []string, unified bool, err error) {
	data, err := os.ReadFile("/proc/mounts")
	if err != nil {
		return nil, false, err
	}
	unified = true
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || !strings.HasPrefix(fields[2], "cgroup") || slices.Contains(mounts, fields[1]) {
			continue
		}
		mounts = append(mounts, fields[1])
		unified = unified && fields[2] == "cgroup2"
	}
	if len(mounts) == 0 {
		return nil, false, errors.New("no control groups are mounted below /sys/fs/cgroup")
	}
	return mounts, unified, nil
}

func (n *Node) createControlGroup() error {
	mounts, unified, err := hierarchies()
	if err != nil {
		return err
	}
	for _, mount := range mounts {
		group := filepath.Join(mount, n.controlGroupRoot())
		for _, dir := range []string{group, filepath.Join(group, systemGroup)} {
			if unified {
				if err := delegate(filepath.Dir(dir)); err != nil {
					return fmt.Errorf("delegate controllers of %s: %w", filepath.Dir(dir), err)
				}
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			if err := inheritCPUSet(dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// delegate lets the children of a cgroup v2 group have the controllers it has.
func delegate(group string) error {
	available, err := os.ReadFile(filepath.Join(group, "cgroup.controllers"))
	if err != nil {
		return err
	}
	for _, controller := range strings.Fields(string(available)) {
		if !slices.Contains(controllers, controller) {
			continue
		}
		if err := os.WriteFile(filepath.Join(group, "cgroup.subtree_control"), []byte("+"+controller), 0); err != nil {
			return err
		}
	}
	return nil
}

// inheritCPUSet fills what cgroup v1 leaves empty in a new cpuset, without
// which no process may join it.
func inheritCPUSet(dir string) error {
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		own, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(own)) > 0 {
			continue
		}
		parent, err := os.ReadFile(filepath.Join(filepath.Dir(dir), name))
		if err != nil || len(bytes.TrimSpace(parent)) == 0 {
			continue // On cgroup v2 empty means all.
		}
		if err := os.WriteFile(filepath.Join(dir, name), parent, 0); err != nil {
			return err
		}
	}
	return nil
}

// joinControlGroup moves a process, and with it all it will start, out of the
// group of whoever runs this command: that one may be limited, or killed.
func (n *Node) joinControlGroup(pid int) error {
	mounts, _, err := hierarchies()
	if err != nil {
		return err
	}
	for _, mount := range mounts {
		file := filepath.Join(mount, n.controlGroupRoot(), systemGroup, "cgroup.procs")
		if err := os.WriteFile(file, []byte(strconv.Itoa(pid)), 0); err != nil {
			return fmt.Errorf("join control group: %w", err)
		}
	}
	return nil
}

// removeControlGroup removes the groups of the seed and its pods. They are
// empty, because their processes have ended; the kernel may take a moment to notice.
func (n *Node) removeControlGroup() error {
	mounts, _, err := hierarchies()
	if err != nil {
		return err
	}
	var errs []error
	for _, mount := range mounts {
		errs = append(errs, removeGroups(filepath.Join(mount, n.controlGroupRoot())))
	}
	return errors.Join(errs...)
}

func removeGroups(root string) error {
	var groups []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			groups = append(groups, path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Reverse(groups) // Children first.
	for _, group := range groups {
		deadline := time.Now().Add(killTimeout)
		for {
			err := os.Remove(group)
			if err == nil || errors.Is(err, fs.ErrNotExist) {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("remove control group: %w", err)
			}
			time.Sleep(pollInterval)
		}
	}
	return nil
}
