// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package usage

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const (
	uid       = "204431e7-0ce4-40ba-9217-a2108ec35944"
	container = "54ede4062fade78e3ea31782b0e8e8958c952896bd75b0f00ebd2f581d09d61b"
)

func TestContainersOfAPodAreFoundWhateverTheirGroupsAreCalled(t *testing.T) {
	cases := map[string]string{
		"version 1, cgroupfs": "memory/seed-5d69ef/kubepods/burstable/pod" + uid + "/" + container,
		"version 2, cgroupfs": "kubepods/pod" + uid + "/" + container,
		"version 2, systemd": "kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod204431e7_0ce4_40ba_9217_a2108ec35944.slice/" +
			"cri-containerd-" + container + ".scope",
	}
	for name, path := range cases {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, filepath.Join(root, path, "cgroup.procs"), "17\n4\n")
			if name[:9] == "version 2" {
				write(t, filepath.Join(root, "cgroup.controllers"), "memory")
			}
			groups := NewGroups(root)
			found, err := groups.OfPod(uid)
			if err != nil || !maps.Equal(found, map[string]string{container: filepath.Join(root, path)}) {
				t.Fatalf("found %v, %v", found, err)
			}
			if pids, err := groups.Processes(found[container]); err != nil || len(pids) != 2 || pids[0] != 17 {
				t.Errorf("the processes are %v, %v", pids, err)
			}
		})
	}
}

func TestTheWorkingSetLeavesOutWhatCanBeReclaimed(t *testing.T) {
	cases := map[string]struct {
		used, stat, inactive string
		want                 uint64
		fails                bool
	}{
		"version 1":                            {"1000\n", "cache 5\ninactive_file 1\ntotal_inactive_file 300\n", "total_inactive_file", 700, false},
		"version 2":                            {"1000\n", "anon 5\ninactive_file 400\n", "inactive_file", 600, false},
		"never less than nothing":              {"100\n", "inactive_file 400\n", "inactive_file", 0, false},
		"nor a guess when the line is missing": {"100\n", "anon 400\n", "inactive_file", 0, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := workingSet([]byte(c.used), []byte(c.stat), c.inactive)
			if got != c.want || (err != nil) != c.fails {
				t.Errorf("got %d, %v, want %d", got, err, c.want)
			}
		})
	}
}

func TestProcessesAreReadAsTheKernelWritesThem(t *testing.T) {
	rollup := "55d0-7ffc ---p 00000000 00:00 0    [rollup]\nRss:   228 kB\nPss:   120 kB\nPss_Dirty:  1 kB\n"
	if use, err := parseRollup([]byte(rollup)); err != nil || use.PSS != 120*1024 || use.RSS != 228*1024 {
		t.Errorf("smaps_rollup says %+v, %v", use, err)
	}
	stat := "42 (a ) b) S 1 42 42 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 9 0 100"
	if cpu, err := parseStat([]byte(stat)); err != nil || cpu != 3*time.Second {
		t.Errorf("stat says %s, %v", cpu, err)
	}
	if nice, err := Nice(os.Getpid()); err != nil || nice < -20 || nice > 19 {
		t.Errorf("the test is as nice as %d, %v", nice, err)
	}
	if _, err := parseStat([]byte("42 (a) S 1")); err == nil {
		t.Error("half a line is accepted")
	}
}

func TestTheTestItselfUsesSomething(t *testing.T) {
	if use, err := OfProcesses(os.Getpid()); err != nil || use.PSS == 0 || use.RSS < use.PSS {
		t.Errorf("it uses %+v, %v", use, err)
	}
}

func TestShimsAreFoundByTheirSandbox(t *testing.T) {
	cases := map[string]struct{ commandLine, want string }{
		"a shim":             {"/bin/containerd-shim-runc-v2\x00-namespace\x00k8s.io\x00-id\x00abc\x00-address\x00x\x00", "abc"},
		"another program":    {"/bin/other\x00-id\x00abc\x00", ""},
		"a shim without one": {"/bin/containerd-shim-runc-v2\x00-id\x00", ""},
		"a kernel thread":    {"", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := sandboxOf([]byte(c.commandLine)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
