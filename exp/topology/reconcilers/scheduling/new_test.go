// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduling

import (
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestASeedIsNewUntilItIsReadyOrHasHadTheTime(t *testing.T) {
	registered := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	cases := map[string]struct {
		conditions []gardencorev1beta1.Condition
		after      time.Duration
		want       bool
	}{
		"just registered":      {after: time.Second, want: true},
		"not ready yet":        {after: time.Second, conditions: ready(gardencorev1beta1.ConditionUnknown), want: true},
		"ready":                {after: time.Second, conditions: ready(gardencorev1beta1.ConditionTrue)},
		"not ready after that": {after: newSeedPeriod, conditions: ready(gardencorev1beta1.ConditionUnknown)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			seed := &gardencorev1beta1.Seed{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(registered)}}
			seed.Status.Conditions = c.conditions
			NewWithT(t).Expect(isNew(seed, registered.Add(c.after))).To(Equal(c.want))
		})
	}
}

func ready(status gardencorev1beta1.ConditionStatus) []gardencorev1beta1.Condition {
	return []gardencorev1beta1.Condition{{Type: gardencorev1beta1.GardenletReady, Status: status}}
}
