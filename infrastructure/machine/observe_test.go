// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machine

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clusterv1 "sigs.k8s.io/cluster-api/api/core/v1beta2"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
)

func TestObserve(t *testing.T) {
	container := func(status corev1.ContainerStatus) func(*corev1.Pod) {
		return func(pod *corev1.Pod) {
			status.Name = Container
			pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "sidecar"}, status}
		}
	}
	waits := func(reason, message string) func(*corev1.Pod) {
		return container(corev1.ContainerStatus{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}})
	}
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	cases := map[string]struct {
		edit    func(*corev1.Pod)
		phase   Phase
		reason  string
		message string
	}{
		"a new pod starts":               {func(*corev1.Pod) {}, Starting, infrav1.PodStartingReason, "Waiting for the pod to start"},
		"a pod whose container is made":  {waits("ContainerCreating", ""), Starting, infrav1.PodStartingReason, ""},
		"an image that is not there":     {waits("ImagePullBackOff", "not found"), Stuck, infrav1.ImageUnavailableReason, "The image example.com/kubeception-machine:v1.36.3 cannot be pulled: ImagePullBackOff: not found"},
		"a reference that is none":       {waits("InvalidImageName", "bad"), Stuck, infrav1.ImageUnavailableReason, "InvalidImageName"},
		"a container that cannot be run": {waits("CreateContainerError", "no such folder"), Stuck, infrav1.PodRefusedReason, "no such folder"},
		"no room": {func(pod *corev1.Pod) {
			pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/3 nodes"}}
		}, Starting, infrav1.PodUnschedulableReason, "The host cluster has no room for the machine: 0/3 nodes"},
		"gated is not without room": {func(pod *corev1.Pod) {
			pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "SchedulingGated"}}
		}, Starting, infrav1.PodStartingReason, ""},
		"a pod that boots":        {container(corev1.ContainerStatus{State: running}), Running, infrav1.PodRunningReason, "see the log of the pod"},
		"a pod with its sentinel": {container(corev1.ContainerStatus{State: running, Ready: true}), Bootstrapped, infrav1.PodRunningReason, ""},
		"a pod that ended": {func(pod *corev1.Pod) {
			pod.Status.Phase = corev1.PodFailed
			container(corev1.ContainerStatus{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
				Reason: "Error", ExitCode: 1, Message: "runcmd: exit status 3",
			}}})(pod)
		}, Failed, infrav1.PodFailedReason, "The pod ended: Error with exit code 1: runcmd: exit status 3"},
		"a pod that ended well has failed too": {func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodSucceeded }, Failed, infrav1.PodFailedReason, "The pod ended"},
		"a pod that was evicted": {func(pod *corev1.Pod) {
			pod.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: "The node was low on resource: ephemeral-storage."}
		}, Failed, infrav1.PodFailedReason, "The pod ended: Evicted: The node was low on resource: ephemeral-storage."},
		"a pod that is being deleted": {func(pod *corev1.Pod) {
			container(corev1.ContainerStatus{State: running, Ready: true})(pod)
			pod.DeletionTimestamp = &metav1.Time{}
			now := metav1.Now()
			pod.DeletionTimestamp = &now
		}, Failed, infrav1.PodDeletedReason, "is not made again"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			pod := Pod(smallest)
			c.edit(pod)
			got := Observe(pod, false)
			g.Expect(got.Phase).To(Equal(c.phase))
			g.Expect(got.Reason).To(Equal(c.reason))
			g.Expect(got.Message).To(ContainSubstring(c.message))
		})
	}
}

func TestTheConsoleOfAMachineThatHadBootedDoesNotSayWhyItEnded(t *testing.T) {
	g := NewWithT(t)
	pod := Pod(smallest)
	pod.Status.Phase = corev1.PodFailed
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: Container, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		Reason: "Unknown", ExitCode: 255, Message: "kubeception: the bootstrap succeeded; the kubelet joins the cluster",
	}}}}
	g.Expect(Observe(pod, true).Message).To(Equal("The pod ended: the host's node lost it, as when it restarts, with exit code 255"))
	g.Expect(Observe(pod, false).Message).To(ContainSubstring("kubeception: the bootstrap succeeded"))
}

func TestTheLastWordsOfAMachineAreFew(t *testing.T) {
	g := NewWithT(t)
	g.Expect(lastLines(strings.Repeat("line\n", 80) + "end")).To(Equal("line\nline\nline\nline\nend"))
}

func TestAddresses(t *testing.T) {
	g := NewWithT(t)
	pod := Pod(smallest)
	g.Expect(Addresses(pod)).To(BeEmpty(), "while there are none")
	pod.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.7"}, {IP: "fd00::7"}}
	g.Expect(Addresses(pod)).To(Equal([]clusterv1.MachineAddress{
		{Type: clusterv1.MachineInternalIP, Address: "10.0.0.7"}, {Type: clusterv1.MachineInternalIP, Address: "fd00::7"},
		{Type: clusterv1.MachineHostName, Address: "c-workers-x7k2p"},
	}))
}
