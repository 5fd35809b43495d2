// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/timeline"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/usage"
	"github.com/kubeception/cluster-api-provider-kubeception/test/bench/writes"
	"github.com/kubeception/cluster-api-provider-kubeception/test/framework/hosted"
)

func TestSettingsComeFromTheEnvironment(t *testing.T) {
	cases := map[string]struct {
		environment map[string]string
		sizes       []int
		repeat      int
		problem     string
	}{
		"by default":             {nil, []int{1, 5, 10}, 3, ""},
		"sorted, without double": {map[string]string{"BENCH_SIZES": "4, 2,4", "BENCH_REPEAT": "1"}, []int{2, 4}, 1, ""},
		"none of them":           {map[string]string{"BENCH_SIZES": "none", "BENCH_REPEAT": "1"}, nil, 1, ""},
		"no clusters":            {map[string]string{"BENCH_SIZES": "0"}, nil, 0, "BENCH_SIZES"},
		"no number of machines":  {map[string]string{"BENCH_MACHINES": "two"}, nil, 0, "BENCH_MACHINES"},
		"no repetition":          {map[string]string{"BENCH_REPEAT": "none"}, nil, 0, "BENCH_REPEAT"},
		"no time":                {map[string]string{"BENCH_LIMIT": "soon"}, nil, 0, "BENCH_LIMIT"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s, err := settingsFrom(func(name string) string { return c.environment[name] })
			if c.problem != "" {
				if err == nil || !strings.Contains(err.Error(), c.problem) {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if err != nil || !slices.Equal(s.sizes, c.sizes) || s.repeat != c.repeat {
				t.Errorf("got %+v, %v", s, err)
			}
		})
	}
}

func TestRestIsMeasuredWithTheFewestAndTheMost(t *testing.T) {
	s := settings{sizes: []int{1, 5, 10}}
	for size, want := range map[int]bool{1: true, 5: false, 10: true} {
		if s.restsAt(size) != want {
			t.Errorf("with %d: %t", size, !want)
		}
	}
}

func TestComponentsHaveTheNamesUsersKnow(t *testing.T) {
	cases := map[string]struct {
		labels    map[string]string
		container string
		want      string
	}{
		"the only container": {map[string]string{"app.kubernetes.io/name": "kube-apiserver"}, "kube-apiserver", "kube-apiserver"},
		"one of two":         {map[string]string{"app.kubernetes.io/name": "etcd-main"}, "backup-restore", "etcd-main/backup-restore"},
		"a manager":          {map[string]string{"cluster.x-k8s.io/provider": "control-plane-kubeception"}, "manager", "control-plane-kubeception/manager"},
		"what all pods have": {map[string]string{"app.kubernetes.io/name": "etcd-main"}, usage.Pause, usage.Pause},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := componentName(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Labels: c.labels}}, c.container); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestAReportShowsWhatWasMeasured(t *testing.T) {
	r := newReport("v1.36.3")
	for _, took := range []time.Duration{3 * time.Second, 4 * time.Second, 5 * time.Second} {
		r.size(10).ByHand.add([]time.Duration{took, time.Second})
		r.size(10).Hosted.add([]time.Duration{2 * took})
	}
	r.size(1).Timelines = []timeline.Reached{{timeline.EtcdCreated: 1.5}}
	r.notef("round %d was left out", 2)
	r.Rest = []*rest{{
		Clusters: 1, Minutes: 1, Audited: true,
		Planes: map[component]usage.Use{"kube-apiserver": {WorkingSet: 200 << 20, PSS: 100 << 20}, "shim": {PSS: 5 << 20}},
		Writes: []writeRate{{Write: writes.Write{Verb: "PUT", Resource: "leases"}, PerMinute: 30}},
		Writers: []writerRate{
			{By: writes.By{Who: "few"}, PerMinute: 1}, {By: writes.By{Who: "many"}, PerMinute: 2},
		},
	}}
	r.Rest[0].sort()
	r.machines(3).Timelines = []timeline.Reached{{timeline.MachineNodeReady: 21.5}}
	r.Machine = &machineUse{Machines: 4, Minutes: 1, Programs: map[component]usage.Use{"kubelet": {PSS: 77 << 20}}}
	text := r.markdown()
	for _, want := range []string{
		"| 10 ", "4.00 (3.00–5.00)", "8.00 (6.00–10.0)", "2.00 (2.00–2.00)", "- round 2 was left out", "1.50",
		"| kube-apiserver ", "200.0", "105.0", "leases", "3 more", "21.5", "77.0",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	if strings.Index(text, "many") > strings.Index(text, "few") {
		t.Error("who writes most does not come first")
	}
	if r.Sizes[0].Clusters != 1 {
		t.Error("sizes are not in ascending order")
	}
	dir := filepath.Join(t.TempDir(), "new")
	if err := r.write(dir); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"bench.json", "bench.md"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Error(err)
		}
	}
}

func TestWritersOfControlPlanesCountAsOne(t *testing.T) {
	clusters := []*hosted.Cluster{hosted.New(nil, "n", "a"), hosted.New(nil, "n", "b")}
	rates := writerRates(map[writes.By]int{{Who: "n--a:etcd-main"}: 3, {Who: "n--b:etcd-main"}: 5, {Who: "kubelet"}: 2}, clusters, 2)
	want := map[string]float64{"control planes: etcd-main": 4, "kubelet": 1}
	for _, rate := range rates {
		if want[rate.Who] != rate.PerMinute {
			t.Errorf("%s: %v per minute, want %v", rate.Who, rate.PerMinute, want[rate.Who])
		}
	}
	if len(rates) != len(want) {
		t.Errorf("got %v", rates)
	}
}

func TestTablesAreAligned(t *testing.T) {
	table := newTable("what", "s")
	table.add("ä", "12.3")
	want := "| what |    s |\n|------|-----:|\n| ä    | 12.3 |\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestProcessorTimeIsSharedAmongClusters(t *testing.T) {
	before := map[component]usage.Use{"a": {CPU: time.Second}}
	after := map[component]usage.Use{"a": {CPU: 7 * time.Second}, "b": {CPU: 3 * time.Second}}
	share := cpuShare(before, after, 1, 2)
	if share["a"] != 0.05 || share["b"] != 0.025 {
		t.Errorf("got %v", share)
	}
}
