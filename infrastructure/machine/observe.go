// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

// Phase is how far a machine has come.
type Phase string

const (
	// Starting means that the pod does not run yet.
	Starting Phase = "Starting"
	// Stuck means that the pod does not run and will not without help.
	Stuck Phase = "Stuck"
	// Running means that the pod runs and its bootstrap data is being carried out.
	Running Phase = "Running"
	// Bootstrapped means that the bootstrap data was carried out.
	Bootstrapped Phase = "Bootstrapped"
	// Failed means that the pod has ended, and the machine with it.
	Failed Phase = "Failed"
)

// Observation is what a pod tells about its machine.
type Observation struct {
	Phase Phase
	// Reason is one of those of the condition PodRunning.
	Reason string
	// Message says what is wrong, or what is waited for.
	Message string
}

// Observe reads the state of a machine from its pod, which exists and is recorded. Bootstrapped says that its data had been
// carried out when it was last observed.
func Observe(pod *corev1.Pod, bootstrapped bool) Observation {
	state := stateOf(pod)
	switch {
	case pod.Status.Phase == corev1.PodFailed, pod.Status.Phase == corev1.PodSucceeded, state.State.Terminated != nil:
		return Observation{Failed, infrav1.PodFailedReason, ended(pod, state, bootstrapped)}
	case !pod.DeletionTimestamp.IsZero():
		return Observation{Failed, infrav1.PodDeletedReason, "The pod is being deleted; it is not made again. Delete the Machine to have it replaced"}
	case state.State.Running == nil:
		return waiting(pod, state)
	case state.Ready:
		return Observation{Bootstrapped, infrav1.PodRunningReason, ""}
	default:
		return Observation{Running, infrav1.PodRunningReason, "Waiting for the bootstrap data to be carried out; see the log of the pod"}
	}
}

func stateOf(pod *corev1.Pod) corev1.ContainerStatus {
	for _, status := range pod.Status.ContainerStatuses {
		if status.Name == Container {
			return status
		}
	}
	return corev1.ContainerStatus{}
}

// waiting says why a pod does not run yet.
func waiting(pod *corev1.Pod, state corev1.ContainerStatus) Observation {
	if w := state.State.Waiting; w != nil {
		switch w.Reason {
		case "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable":
			return Observation{Stuck, infrav1.ImageUnavailableReason, strings.TrimSpace(fmt.Sprintf(
				"The image %s cannot be pulled: %s: %s", pod.Spec.Containers[0].Image, w.Reason, w.Message))}
		case "CreateContainerConfigError", "CreateContainerError", "RunContainerError", "StartError":
			return Observation{Stuck, infrav1.PodRefusedReason, fmt.Sprintf("The pod cannot be started: %s: %s", w.Reason, w.Message)}
		}
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse && condition.Reason == corev1.PodReasonUnschedulable {
			return Observation{Starting, infrav1.PodUnschedulableReason, "The host cluster has no room for the machine: " + condition.Message}
		}
	}
	return Observation{Starting, infrav1.PodStartingReason, "Waiting for the pod to start"}
}

// ended says why a pod ended. The last words of a machine say why it did not boot; those of one that had booted would only
// tell that it had.
func ended(pod *corev1.Pod, state corev1.ContainerStatus, bootstrapped bool) string {
	words := []string{"The pod ended"}
	if t := state.State.Terminated; t != nil {
		words = append(words, exit(t))
		if t.Message != "" && !bootstrapped {
			words = append(words, lastLines(t.Message))
		}
	}
	if pod.Status.Reason != "" {
		words = append(words, pod.Status.Reason)
	}
	if pod.Status.Message != "" {
		words = append(words, pod.Status.Message)
	}
	return strings.Join(words, ": ")
}

// exit says how a container ended. What the runtime or the kubelet call unknown ended while they were away.
func exit(t *corev1.ContainerStateTerminated) string {
	if t.Reason == "Unknown" || t.Reason == "ContainerStatusUnknown" {
		return fmt.Sprintf("the host's node lost it, as when it restarts, with exit code %d", t.ExitCode)
	}
	return fmt.Sprintf("%s with exit code %d", t.Reason, t.ExitCode)
}

// lastLines keeps a message within what a condition is read for.
func lastLines(text string) string {
	const most = 5
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > most {
		lines = lines[len(lines)-most:]
	}
	return strings.Join(lines, "\n")
}

// Addresses are those of a pod, and its name.
func Addresses(pod *corev1.Pod) []clusterv1.MachineAddress {
	var addresses []clusterv1.MachineAddress
	for _, ip := range pod.Status.PodIPs {
		addresses = append(addresses, clusterv1.MachineAddress{Type: clusterv1.MachineInternalIP, Address: ip.IP})
	}
	if len(addresses) == 0 {
		return nil
	}
	return append(addresses, clusterv1.MachineAddress{Type: clusterv1.MachineHostName, Address: pod.Name})
}
