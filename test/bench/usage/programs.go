// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package usage

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// WholePod is what the control groups of a pod say in sum, with all groups below them and what the kernel holds for them.
const WholePod = "the whole pod"

// Programs returns what the processes of a pod use, by the name of their program, and what the pod uses as a whole. It
// is for pods that run other things in groups of their own below theirs, as machines do.
func (m *Machine) Programs(pod *corev1.Pod) (map[string]Use, error) {
	groups, err := m.Groups.OfPod(string(pod.UID))
	if err != nil {
		return nil, err
	}
	programs := map[string]Use{}
	for _, group := range groups {
		workingSet, err := m.Groups.WorkingSet(group)
		if err != nil {
			return nil, err
		}
		programs[WholePod] = programs[WholePod].Add(Use{WorkingSet: workingSet})
		pids, err := m.Groups.allProcesses(group)
		if err != nil {
			return nil, err
		}
		for _, pid := range pids {
			name, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			use, err := OfProcesses(pid)
			if err != nil {
				return nil, err
			}
			program := strings.TrimSpace(string(name))
			programs[program] = programs[program].Add(use)
		}
	}
	return programs, nil
}

// allProcesses returns the ids of the processes in a group and in all groups below it.
func (g *Groups) allProcesses(group string) ([]int, error) {
	var all []int
	err := filepath.WalkDir(group, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() { // Groups come and go.
			return nil //nolint:nilerr // What is gone has no processes.
		}
		pids, err := g.Processes(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		all = append(all, pids...)
		return err
	})
	return all, err
}
