// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// etcdMarks are the messages of etcd by which milestones are known.
var etcdMarks = map[string]Milestone{
	"starting an etcd server":           EtcdConfigured,
	"serving client traffic securely":   EtcdServes,
	"serving client traffic insecurely": EtcdServes,
}

// readEtcdLog finds milestones in the log of an etcd container, whose lines are JSON with "ts" and "msg".
func readEtcdLog(log io.Reader) (map[Milestone]time.Time, error) {
	found := map[Milestone]time.Time{}
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadBytes('\n')
		entry := struct {
			Time    time.Time `json:"ts"`
			Message string    `json:"msg"`
		}{}
		if json.Unmarshal(bytes.TrimSpace(line), &entry) == nil {
			if milestone, marks := etcdMarks[entry.Message]; marks && found[milestone].IsZero() {
				found[milestone] = entry.Time
			}
		}
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// serverMarks are parts of lines of kube-apiserver: the first one comes right after its storage is connected.
var serverMarks = []struct {
	text      string
	milestone Milestone
}{
	{"Using reconciler", ServerConnected},
	{"Serving securely on", ServerServes},
}

// readServerLog finds milestones in the log of kube-apiserver, whose lines begin like "I1121 07:10:36.368561" in
// UTC. Year says which one.
func readServerLog(log io.Reader, year int) (map[Milestone]time.Time, error) {
	found := map[Milestone]time.Time{}
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadString('\n')
		for _, mark := range serverMarks {
			if found[mark.milestone].IsZero() && strings.Contains(line, mark.text) {
				at, err := klogTime(line, year)
				if err != nil {
					return nil, err
				}
				found[mark.milestone] = at
			}
		}
		if err == io.EOF {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func klogTime(line string, year int) (time.Time, error) {
	const layout = "0102 15:04:05.000000"
	if len(line) < len(layout)+1 {
		return time.Time{}, fmt.Errorf("the line %q has no time", line)
	}
	at, err := time.Parse(layout, line[1:len(layout)+1])
	if err != nil {
		return time.Time{}, err
	}
	return at.AddDate(year-at.Year(), 0, 0), nil
}
