// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package usage

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit of processor time in /proc, the same on all machines that Linux runs on today.
const clockTick = time.Second / 100

// Use is what something uses.
type Use struct {
	// WorkingSet is zero for what has no control group of its own.
	WorkingSet uint64 `json:"workingSetBytes,omitempty"`
	PSS        uint64 `json:"pssBytes"`
	RSS        uint64 `json:"rssBytes"`
	// CPU is the processor time since the processes were started.
	CPU time.Duration `json:"cpuNanoseconds"`
}

// Add sums up.
func (u Use) Add(other Use) Use {
	return Use{
		WorkingSet: u.WorkingSet + other.WorkingSet, PSS: u.PSS + other.PSS, RSS: u.RSS + other.RSS, CPU: u.CPU + other.CPU,
	}
}

// OfProcesses sums up processes. One that has ended meanwhile uses nothing.
func OfProcesses(pids ...int) (Use, error) {
	sum := Use{}
	for _, pid := range pids {
		use, err := ofProcess("/proc/" + strconv.Itoa(pid))
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, errEnded) {
			continue
		}
		if err != nil {
			return Use{}, fmt.Errorf("read what process %d uses: %w", pid, err)
		}
		sum = sum.Add(use)
	}
	return sum, nil
}

// errEnded says that a process has no memory any more.
var errEnded = errors.New("the process has ended")

func ofProcess(dir string) (Use, error) {
	rollup, err := os.ReadFile(filepath.Join(dir, "smaps_rollup"))
	if err != nil {
		if strings.Contains(err.Error(), "no such process") {
			return Use{}, errEnded
		}
		return Use{}, err
	}
	if len(rollup) == 0 {
		return Use{}, errEnded
	}
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return Use{}, err
	}
	use, err := parseRollup(rollup)
	if err != nil {
		return Use{}, err
	}
	use.CPU, err = parseStat(stat)
	return use, err
}

// parseRollup reads smaps_rollup, whose numbers are in KiB.
func parseRollup(text []byte) (Use, error) {
	pss, err := field(text, "Pss:")
	if err != nil {
		return Use{}, err
	}
	rss, err := field(text, "Rss:")
	return Use{PSS: pss * 1024, RSS: rss * 1024}, err
}

// parseStat reads the processor time in user and kernel mode. The name of the program, in brackets, may contain
// anything, brackets and spaces too.
func parseStat(text []byte) (time.Duration, error) {
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	const user, kernel = 11, 12 // counted from the field after the name
	if len(fields) <= kernel {
		return 0, fmt.Errorf("there are only %d fields", len(fields))
	}
	var total time.Duration
	for _, index := range []int{user, kernel} {
		ticks, err := strconv.ParseInt(fields[index], 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(ticks) * clockTick
	}
	return total, nil
}

// Nice returns how little a process insists on its share of the processors: -20 to 19, usually 0.
func Nice(pid int) (int, error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	const nice = 16 // counted from the field after the name
	if len(fields) <= nice {
		return 0, fmt.Errorf("there are only %d fields", len(fields))
	}
	return strconv.Atoi(fields[nice])
}

// Shims returns the ids of the shim processes by the id of the sandbox they serve.
func Shims() (map[string]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil, err
	}
	shims := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // It has ended.
		}
		if sandbox := sandboxOf(text); sandbox != "" {
			if shims[sandbox], err = strconv.Atoi(filepath.Base(filepath.Dir(file))); err != nil {
				return nil, err
			}
		}
	}
	return shims, nil
}

// sandboxOf returns the sandbox of a shim by its command line, whose arguments end with zero bytes.
func sandboxOf(commandLine []byte) string {
	args := strings.Split(strings.TrimRight(string(commandLine), "\x00"), "\x00")
	if !strings.HasPrefix(filepath.Base(args[0]), "containerd-shim-") {
		return ""
	}
	for i, arg := range args[:len(args)-1] {
		if arg == "-id" {
			return args[i+1]
		}
	}
	return ""
}
