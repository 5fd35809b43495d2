// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const problemLength = 300

// PodProblem returns the most telling reason why pods do not run, short enough for a status; empty if there is none.
// What a user can mend (an image, a quota, a node) tells more than what is merely seen (a crash).
func PodProblem(pods []corev1.Pod) string {
	var problems []podProblem
	for i := range pods {
		if pods[i].DeletionTimestamp.IsZero() {
			problems = append(problems, problemOf(&pods[i]))
		}
	}
	if len(problems) == 0 {
		return ""
	}
	telling := slices.MaxFunc(problems, func(a, b podProblem) int {
		// Of equally telling ones always the same, lest the status changes for nothing.
		return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(b.text, a.text))
	})
	return abbreviate(telling.text, problemLength)
}

// podProblem tells more the heavier it is.
type podProblem struct {
	weight int
	text   string
}

// waitingWeights are the reasons for which containers wait and that tell something.
var waitingWeights = map[string]int{
	"CreateContainerConfigError": 5,
	"CreateContainerError":       5,
	"InvalidImageName":           5,
	"ErrImageNeverPull":          5,
	"ImagePullBackOff":           4,
	"ErrImagePull":               4,
	"RunContainerError":          4,
	"CrashLoopBackOff":           3,
}

func problemOf(pod *corev1.Pod) podProblem {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return podProblem{6, fmt.Sprintf("pod %s cannot be scheduled: %s", pod.Name, condition.Message)}
		}
	}
	if pod.Status.Phase == corev1.PodFailed {
		return podProblem{4, fmt.Sprintf("pod %s failed: %s", pod.Name, cmp.Or(pod.Status.Message, pod.Status.Reason))}
	}
	var worst podProblem
	for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if problem := containerProblem(pod.Name, status); problem.weight > worst.weight {
			worst = problem
		}
	}
	return worst
}

func containerProblem(pod string, status corev1.ContainerStatus) podProblem {
	where := fmt.Sprintf("container %s of pod %s", status.Name, pod)
	if waiting := status.State.Waiting; waiting != nil && waitingWeights[waiting.Reason] > 0 {
		weight, detail := waitingWeights[waiting.Reason], lastLine(waiting.Message)
		if last := status.LastTerminationState.Terminated; waiting.Reason == "CrashLoopBackOff" && last != nil {
			detail = termination(last)
		}
		return podProblem{weight, fmt.Sprintf("%s: %s: %s", where, waiting.Reason, detail)}
	}
	if ended := status.State.Terminated; ended != nil && ended.ExitCode != 0 {
		return podProblem{2, fmt.Sprintf("%s ended: %s", where, termination(ended))}
	}
	if last := status.LastTerminationState.Terminated; !status.Ready && last != nil && last.ExitCode != 0 {
		return podProblem{2, fmt.Sprintf("%s was restarted: %s", where, termination(last))}
	}
	if status.State.Running != nil && !status.Ready {
		return podProblem{1, where + " is not ready yet"}
	}
	return podProblem{}
}

func termination(ended *corev1.ContainerStateTerminated) string {
	text := fmt.Sprintf("%s, exit code %d", cmp.Or(ended.Reason, "Error"), ended.ExitCode)
	if line := lastLine(ended.Message); line != "" {
		text += ": " + line
	}
	return text
}

// lastLine of a log usually says why a program gave up.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
