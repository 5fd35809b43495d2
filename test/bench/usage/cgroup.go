// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package usage

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Groups finds control groups of containers.
type Groups struct {
	// root is where control groups are mounted: of version 2, or of the memory controller of version 1.
	root string
	// memory and inactive name the files and the line of memory.stat that the working set is made of.
	memory, inactive string
}

// NewGroups finds the control groups of this machine. At is where they are mounted, usually /sys/fs/cgroup.
func NewGroups(at string) *Groups {
	if _, err := os.Stat(filepath.Join(at, "cgroup.controllers")); err == nil {
		return &Groups{root: at, memory: "memory.current", inactive: "inactive_file"}
	}
	return &Groups{root: filepath.Join(at, "memory"), memory: "memory.usage_in_bytes", inactive: "total_inactive_file"}
}

// OfPod returns the folder of each container of a pod by container id; the pause container is one of them. It is
// empty while the pod does not run here.
func (g *Groups) OfPod(uid string) (map[string]string, error) {
	found := map[string]string{}
	err := filepath.WalkDir(g.root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() { // Groups come and go.
			return nil //nolint:nilerr // What is gone is not searched.
		}
		if parent := filepath.Base(filepath.Dir(path)); isPod(parent, uid) {
			found[containerID(entry.Name())] = path
			return fs.SkipDir
		}
		return nil
	})
	return found, err
}

// isPod knows the two ways in which kubelets name the groups of pods, with cgroupfs and with systemd.
func isPod(name, uid string) bool {
	if name == "pod"+uid {
		return true
	}
	return strings.HasSuffix(name, "-pod"+strings.ReplaceAll(uid, "-", "_")+".slice")
}

// containerID takes a container's id out of the name of its group.
func containerID(name string) string {
	name = strings.TrimSuffix(name, ".scope")
	return name[strings.LastIndexByte(name, '-')+1:]
}

// WorkingSet returns the memory of a group that cannot simply be reclaimed, in bytes, as the kubelet computes it.
func (g *Groups) WorkingSet(group string) (uint64, error) {
	used, err := os.ReadFile(filepath.Join(group, g.memory))
	if err != nil {
		return 0, err
	}
	stat, err := os.ReadFile(filepath.Join(group, "memory.stat"))
	if err != nil {
		return 0, err
	}
	return workingSet(used, stat, g.inactive)
}

func workingSet(used, stat []byte, inactive string) (uint64, error) {
	total, err := strconv.ParseUint(string(bytes.TrimSpace(used)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the memory of a control group: %w", err)
	}
	reclaimable, err := field(stat, inactive)
	if err != nil {
		return 0, err
	}
	return total - min(total, reclaimable), nil
}

// field returns the number after a name at the beginning of a line.
func field(text []byte, name string) (uint64, error) {
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) >= 2 && words[0] == name {
			return strconv.ParseUint(words[1], 10, 64)
		}
	}
	return 0, fmt.Errorf("there is no line %q", name)
}

// Processes returns the ids of the processes in a group.
func (g *Groups) Processes(group string) ([]int, error) {
	text, err := os.ReadFile(filepath.Join(group, "cgroup.procs"))
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, word := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("read the processes of a control group: %w", err)
		}
		pids = append(pids, pid)
	}
	return pids, nil
}
