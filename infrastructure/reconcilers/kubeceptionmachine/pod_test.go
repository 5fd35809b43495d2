// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptionmachine

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/cluster-api/util/conditions"

	infrav1 "github.com/kubeception/cluster-api-provider-kubeception/api/infrastructure/v1alpha1"
	"github.com/kubeception/cluster-api-provider-kubeception/infrastructure/machine"
)

func TestAMachineIsMadeOnceWhateverDiesWhen(t *testing.T) {
	now := metav1.Now()
	var (
		none          *corev1.Pod
		waitingPod    = &corev1.Pod{Spec: corev1.PodSpec{SchedulingGates: []corev1.PodSchedulingGate{{Name: machine.Gate}}}}
		runningPod    = &corev1.Pod{}
		endingPod     = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: &now}}
		endingWaiting = waitingPod.DeepCopy()
		gatedByOthers = &corev1.Pod{Spec: corev1.PodSpec{SchedulingGates: []corev1.PodSchedulingGate{{Name: "example.com/quota"}}}}
	)
	endingWaiting.DeletionTimestamp = &now
	const recorded = "kubeception://ns/pod"
	cases := map[string]struct {
		providerID string
		pod        *corev1.Pod
		want       step
		final      bool
	}{
		"nothing is there": {"", none, create, true},
		"the manager died before it recorded the pod":       {"", waitingPod, record, false},
		"and somebody deleted that pod, which never ran":    {"", none, create, true},
		"or is just deleting it":                            {"", endingWaiting, wait, false},
		"the manager died before it let the pod go":         {recorded, waitingPod, start, false},
		"and somebody is deleting that pod":                 {recorded, endingWaiting, observe, false},
		"and somebody deleted that pod, which may have run": {recorded, none, lost, true},
		"the pod runs":             {recorded, runningPod, observe, false},
		"the pod waits for others": {recorded, gatedByOthers, observe, false},
		"the pod ends":             {recorded, endingPod, observe, false},
		"a pod of this name ran for another machine": {"", runningPod, foreign, true},
		"and is on its way out":                      {"", endingPod, foreign, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			got := decide(c.providerID, c.pod)
			g.Expect(got).To(Equal(c.want))
			g.Expect(got.final()).To(Equal(c.final), "whether a cache is not enough")
		})
	}
}

func TestBootstrapDataIsCheckedBeforeAMachineIsMade(t *testing.T) {
	cases := map[string]struct {
		data map[string]string
		want string
	}{
		"cloud-config":     {map[string]string{"value": "#cloud-config", "format": "cloud-config"}, ""},
		"without a format": {map[string]string{"value": "#cloud-config"}, ""},
		"Ignition":         {map[string]string{"value": "{}", "format": "ignition"}, `the format is "ignition", and local machines read cloud-config`},
		"nothing":          {map[string]string{"format": "cloud-config"}, `the key "value" is missing or empty`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			data := map[string][]byte{}
			for key, value := range c.data {
				data[key] = []byte(value)
			}
			err := checkBootstrapData(data)
			if c.want == "" {
				g.Expect(err).NotTo(HaveOccurred())
				return
			}
			g.Expect(err).To(MatchError(ContainSubstring(c.want)))
		})
	}
}

func TestReady(t *testing.T) {
	const (
		yes     = metav1.ConditionTrue
		no      = metav1.ConditionFalse
		unknown = metav1.ConditionUnknown
	)
	type state struct {
		status metav1.ConditionStatus
		reason string
	}
	reached, works, booted := state{yes, infrav1.HostReachableReason}, state{yes, infrav1.PodRunningReason}, state{yes, infrav1.BootstrapSucceededReason}
	notYet := state{unknown, infrav1.NotYetObservedReason}
	cases := map[string]struct {
		host, pod, bootstrap state
		deleting             bool
		want                 state
	}{
		"a machine that works is ready":                        {reached, works, booted, false, state{yes, "Ready"}},
		"one that boots is on its way":                         {reached, works, state{unknown, infrav1.BootstrappingReason}, false, state{unknown, infrav1.BootstrappingReason}},
		"one that starts is on its way":                        {reached, state{unknown, infrav1.PodStartingReason}, notYet, false, state{unknown, infrav1.PodStartingReason}},
		"one that waits for data is on its way":                {notYet, state{unknown, infrav1.WaitingForBootstrapDataReason}, notYet, false, state{unknown, infrav1.WaitingForBootstrapDataReason}},
		"one without room is on its way":                       {reached, state{unknown, infrav1.PodUnschedulableReason}, notYet, false, state{unknown, infrav1.PodUnschedulableReason}},
		"one without an image needs help":                      {reached, state{no, infrav1.ImageUnavailableReason}, notYet, false, state{no, infrav1.NotReadyReason}},
		"one whose pod ended has failed":                       {reached, state{no, infrav1.PodFailedReason}, booted, false, state{no, infrav1.MachineFailedReason}},
		"one whose pod is gone has failed":                     {reached, state{no, infrav1.PodDeletedReason}, booted, false, state{no, infrav1.MachineFailedReason}},
		"one on a host that does not answer may work":          {state{no, infrav1.HostUnreachableReason}, works, booted, false, state{unknown, infrav1.ReadyUnknownReason}},
		"one that had failed before the host ceased to answer": {state{no, infrav1.HostUnreachableReason}, state{no, infrav1.PodFailedReason}, booted, false, state{no, infrav1.MachineFailedReason}},
		"one that is being deleted is not ready":               {reached, works, booted, true, state{no, "Deleting"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			m := &infrav1.KubeceptionMachine{}
			for conditionType, s := range map[string]state{
				infrav1.HostReachableCondition: c.host, infrav1.PodRunningCondition: c.pod, infrav1.BootstrapSucceededCondition: c.bootstrap,
			} {
				conditions.Set(m, metav1.Condition{Type: conditionType, Status: s.status, Reason: s.reason})
			}
			if c.deleting {
				conditions.Set(m, metav1.Condition{Type: infrav1.DeletingCondition, Status: yes, Reason: infrav1.DeletingWaitingForPodReason})
			}
			got := ready(m)
			g.Expect(state{got.Status, got.Reason}).To(Equal(c.want))
		})
	}
}
