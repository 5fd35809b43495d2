// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package writes

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// By is a write and who did it.
type By struct {
	// Who is a user and its program, as in "system:kube-scheduler (kube-scheduler)".
	Who string `json:"who"`
	Write
}

// AuditLog is the audit log of an API server, one event per line.
type AuditLog struct {
	File string
}

// End returns the offset behind what has been written; the log begins again at 0 when the server starts a new file.
func (l AuditLog) End() (int64, error) {
	info, err := os.Stat(l.File)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Between counts the writes that were logged between two offsets.
func (l AuditLog) Between(begin, end int64) (map[By]int, error) {
	if end < begin {
		begin = 0
	}
	file, err := os.Open(l.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return count(io.NewSectionReader(file, begin, end-begin))
}

// event is what is needed of audit.k8s.io/v1 Event.
type event struct {
	Stage     string `json:"stage"`
	Verb      string `json:"verb"`
	UserAgent string `json:"userAgent"`
	User      struct {
		Username string `json:"username"`
	} `json:"user"`
	ObjectRef struct {
		APIGroup    string `json:"apiGroup"`
		Resource    string `json:"resource"`
		Subresource string `json:"subresource"`
	} `json:"objectRef"`
}

var auditVerbs = map[string]bool{"create": true, "update": true, "patch": true, "delete": true, "deletecollection": true}

func count(log io.Reader) (map[By]int, error) {
	counts := map[By]int{}
	lines := bufio.NewReader(log)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF { // A last line that is still being written is not counted.
			return counts, nil
		}
		if err != nil {
			return nil, err
		}
		found := event{}
		if err := json.Unmarshal(bytes.TrimSpace(line), &found); err != nil {
			return nil, fmt.Errorf("read a line of the audit log: %w", err)
		}
		if found.Stage != "ResponseComplete" || !auditVerbs[found.Verb] || isReview(found.ObjectRef.Resource) {
			continue
		}
		counts[By{Who: who(found.User.Username, found.UserAgent), Write: Write{
			Verb: found.Verb, Group: found.ObjectRef.APIGroup, Resource: found.ObjectRef.Resource, Subresource: found.ObjectRef.Subresource,
		}}]++
	}
}

// who shortens a user agent to the name of the program.
func who(user, agent string) string {
	program, _, _ := strings.Cut(agent, "/")
	user = strings.TrimPrefix(user, "system:serviceaccount:")
	if program == "" {
		return user
	}
	return user + " (" + program + ")"
}
