// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"maps"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const etcdLog = `{"time":"2026-11-21T07:10:39.505648389Z","level":"INFO","msg":"etcd is configured"}
not JSON
{"level":"info","ts":"2026-11-21T07:10:39.508480Z","caller":"embed/etcd.go:323","msg":"starting an etcd server"}
{"level":"info","ts":"2026-11-21T07:10:39.920596Z","caller":"embed/serve.go:275","msg":"serving client traffic securely"}
{"level":"info","ts":"2026-11-21T07:11:00.000000Z","caller":"embed/serve.go:275","msg":"serving client traffic securely"}`

const serverLog = `I1121 07:10:36.370636       1 dynamic_serving_content.go:116] "Loaded a new cert/key pair"
I1121 07:10:41.118396       1 instance.go:240] Using reconciler: none
I1121 07:10:43.101484       1 secure_serving.go:214] Serving securely on [::]:6443
`

func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, "2026-11-21T"+clock+"Z")
	if err != nil {
		panic(err)
	}
	return t
}

func TestLogsTellWhatHappensInside(t *testing.T) {
	found, err := readEtcdLog(strings.NewReader(etcdLog))
	want := map[Milestone]time.Time{EtcdConfigured: at("07:10:39.508480"), EtcdServes: at("07:10:39.920596")}
	if err != nil || !maps.EqualFunc(found, want, time.Time.Equal) {
		t.Errorf("etcd: got %v, %v, want %v", found, err, want)
	}
	found, err = readServerLog(strings.NewReader(serverLog), 2026)
	want = map[Milestone]time.Time{ServerConnected: at("07:10:41.118396"), ServerServes: at("07:10:43.101484")}
	if err != nil || !maps.EqualFunc(found, want, time.Time.Equal) {
		t.Errorf("API server: got %v, %v, want %v", found, err, want)
	}
	if _, err := readServerLog(strings.NewReader("Serving securely on"), 2026); err == nil {
		t.Error("a line without time is accepted")
	}
}

func TestAMilestoneIsReachedWhenItsLastSubjectReachesItFirst(t *testing.T) {
	began := at("07:10:00")
	r := record{}
	r.note(EtcdServes, "etcd-main-0", at("07:10:02"))
	r.note(EtcdServes, "etcd-events-0", at("07:10:04"))
	r.note(EtcdServes, "etcd-events-0", at("07:10:09"))
	r.note(EtcdServes, "unknown", time.Time{})
	if got := r.since(began); !maps.Equal(got, Reached{EtcdServes: 4}) {
		t.Errorf("got %v", got)
	}
}

func TestAStepNeedsBothItsEnds(t *testing.T) {
	reached := Reached{EtcdCreated: 2, EtcdPod: 5}
	cases := map[string]struct {
		step  Step
		want  float64
		known bool
	}{
		"from the creation":   {Step{To: EtcdCreated}, 2, true},
		"between two":         {Step{From: EtcdCreated, To: EtcdPod}, 3, true},
		"without a beginning": {Step{From: Owned, To: EtcdPod}, 0, false},
		"without an end":      {Step{From: EtcdPod, To: EtcdServes}, 0, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got, known := reached.Took(c.step); known != c.known || known && got != c.want {
				t.Errorf("got %v, %t", got, known)
			}
		})
	}
}

func TestTheCriticalPathHasNoGap(t *testing.T) {
	last := Milestone("")
	for _, step := range CriticalPath() {
		if step.From != last {
			t.Errorf("%q begins at %q and not at %q", step.Name, step.From, last)
		}
		last = step.To
	}
	if last != Answered {
		t.Errorf("it ends at %q", last)
	}
}

func TestPodsShowTheirMilestones(t *testing.T) {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "n--c", Name: "etcd-main-0", Labels: map[string]string{"app.kubernetes.io/name": "etcd-main"}},
		Status: corev1.PodStatus{
			Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}},
			ContainerStatuses: []corev1.ContainerStatus{
				{RestartCount: 2, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}, {RestartCount: 1},
			},
		},
	}
	r := &Recorder{byPlane: map[string]record{}, restarts: map[string]int32{}}
	r.see(pod, at("07:10:01"))
	got := r.byPlane["n--c"].since(at("07:10:00"))
	if !maps.Equal(got, Reached{EtcdPod: 1, EtcdScheduled: 1}) {
		t.Errorf("got %v", got)
	}
	if r.Restarts("n--c") != 3 || r.Restarts("n--") != 0 {
		t.Errorf("there are %d restarts", r.Restarts("n--c"))
	}
}
