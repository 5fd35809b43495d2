// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package project

import (
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const day = 24 * time.Hour

// settings are Gardener's defaults.
var settings = Settings{MinimumLifetime: 30 * day, StaleGracePeriod: 14 * day, StaleExpiration: 90 * day}

// birth is when the Projects of these tests were created; days are counted from it.
var birth = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func onDay(days int) *metav1.Time { return &metav1.Time{Time: birth.Add(time.Duration(days) * day)} }

func TestStaleness(t *testing.T) {
	cases := map[string]struct {
		day                              int
		inUse, exempt                    bool
		activity, since, end             *metav1.Time
		wantActivity, wantSince, wantEnd *metav1.Time
		wantExpired                      bool
		expiration                       time.Duration
	}{
		"young":                             {day: 29},
		"not young any more":                {day: 30, wantSince: onDay(30)},
		"used":                              {day: 100, inUse: true, wantActivity: onDay(100)},
		"used a day ago":                    {day: 101, inUse: true, activity: onDay(100), wantActivity: onDay(101)},
		"used lately":                       {day: 120, activity: onDay(100), wantActivity: onDay(100)},
		"not used any more":                 {day: 130, activity: onDay(100), wantActivity: onDay(100), wantSince: onDay(130)},
		"used again":                        {day: 200, inUse: true, since: onDay(100), end: onDay(190), wantActivity: onDay(200)},
		"exempt":                            {day: 500, exempt: true, since: onDay(100), end: onDay(190)},
		"within the grace period":           {day: 113, since: onDay(100), wantSince: onDay(100)},
		"after the grace period":            {day: 114, since: onDay(100), wantSince: onDay(100), wantEnd: onDay(190)},
		"the day before its end":            {day: 189, since: onDay(100), end: onDay(190), wantSince: onDay(100), wantEnd: onDay(190)},
		"at its end":                        {day: 190, since: onDay(100), end: onDay(190), wantSince: onDay(100), wantEnd: onDay(190), wantExpired: true},
		"longer settings put the end off":   {day: 190, since: onDay(100), end: onDay(190), expiration: 100 * day, wantSince: onDay(100), wantEnd: onDay(200)},
		"shorter settings do not hasten it": {day: 150, since: onDay(100), end: onDay(190), expiration: 20 * day, wantSince: onDay(100), wantEnd: onDay(190)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			project := &gardencorev1beta1.Project{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: *onDay(0)}}
			project.Status = gardencorev1beta1.ProjectStatus{LastActivityTimestamp: c.activity, StaleSinceTimestamp: c.since, StaleAutoDeleteTimestamp: c.end}
			chosen := settings
			if c.expiration != 0 {
				chosen.StaleExpiration = c.expiration
			}
			status, expired := staleness(project, usage{now: onDay(c.day).Time, inUse: c.inUse, exempt: c.exempt}, chosen)
			g.Expect(status.LastActivityTimestamp).To(Equal(c.wantActivity))
			g.Expect(status.StaleSinceTimestamp).To(Equal(c.wantSince))
			g.Expect(status.StaleAutoDeleteTimestamp).To(Equal(c.wantEnd))
			g.Expect(expired).To(Equal(c.wantExpired))
		})
	}
}
