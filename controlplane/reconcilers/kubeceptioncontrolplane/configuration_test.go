// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package kubeceptioncontrolplane

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func TestARolloutIsDueOnceItsTimeHasCome(t *testing.T) {
	now := time.Date(2030, time.May, 1, 12, 0, 0, 0, time.UTC)
	cases := map[string]struct {
		after time.Time
		due   bool
		wait  time.Duration
	}{
		"none is asked for":         {time.Time{}, false, 0},
		"an hour from now":          {now.Add(time.Hour), false, time.Hour},
		"this very moment":          {now, true, 0},
		"long ago":                  {now.Add(-time.Hour), true, 0},
		"a nanosecond before it is": {now.Add(1), false, 1},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			due, wait := dueRollout(metav1.NewTime(tc.after), now)
			g.Expect(wait).To(Equal(tc.wait))
			if !tc.due {
				g.Expect(due).To(BeNil())
				return
			}
			g.Expect(due.Time).To(Equal(tc.after))
		})
	}
}

func TestWithoutReplicasOneAPIServerIsRun(t *testing.T) {
	g := NewWithT(t)
	g.Expect(effectiveReplicas(nil)).To(BeEquivalentTo(1))
	g.Expect(effectiveReplicas(ptr.To(int32(3)))).To(BeEquivalentTo(3))
}
