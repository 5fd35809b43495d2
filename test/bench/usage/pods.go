// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package usage

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Names of what comes with every pod beside its containers.
const (
	Pause = "pause"
	Shim  = "shim"
)

// Machine reads what pods of this machine use.
type Machine struct {
	Groups *Groups
}

// OfPod returns what a pod uses by container, with Pause and Shim.
func (m *Machine) OfPod(pod *corev1.Pod, shims map[string]int) (map[string]Use, error) {
	names := map[string]string{}
	for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		_, id, _ := strings.Cut(status.ContainerID, "://")
		names[id] = status.Name
	}
	groups, err := m.Groups.OfPod(string(pod.UID))
	if err != nil {
		return nil, err
	}
	if len(groups) == 0 {
		return nil, fmt.Errorf("pod %s/%s has no control groups: does it run on this machine?", pod.Namespace, pod.Name)
	}
	uses := map[string]Use{}
	for id, group := range groups {
		use, err := m.ofGroup(group)
		if err != nil {
			return nil, fmt.Errorf("pod %s/%s: %w", pod.Namespace, pod.Name, err)
		}
		name, known := names[id]
		if !known {
			name = Pause
			if shim, err := OfProcesses(shims[id]); err == nil && shims[id] != 0 {
				uses[Shim] = uses[Shim].Add(shim)
			}
		}
		uses[name] = uses[name].Add(use)
	}
	return uses, nil
}

// Processes returns the processes of a pod.
func (m *Machine) Processes(pod *corev1.Pod) ([]int, error) {
	groups, err := m.Groups.OfPod(string(pod.UID))
	if err != nil {
		return nil, err
	}
	var all []int
	for _, group := range groups {
		pids, err := m.Groups.Processes(group)
		if err != nil {
			return nil, err
		}
		all = append(all, pids...)
	}
	return all, nil
}

func (m *Machine) ofGroup(group string) (Use, error) {
	workingSet, err := m.Groups.WorkingSet(group)
	if err != nil {
		return Use{}, err
	}
	pids, err := m.Groups.Processes(group)
	if err != nil {
		return Use{}, err
	}
	use, err := OfProcesses(pids...)
	use.WorkingSet = workingSet
	return use, err
}
