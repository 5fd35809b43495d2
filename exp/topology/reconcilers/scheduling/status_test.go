// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package scheduling

import (
	"fmt"
	"testing"
	"time"

	gardencorev1beta1 "github.com/gardener/gardener/pkg/apis/core/v1beta1"
	. "github.com/onsi/gomega"
	"k8s.io/utils/ptr"

	"github.com/kubeception/cluster-api-provider-kubeception/exp/topology/scheduler"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func TestAFailureNamesEachFilterAndItsSeeds(t *testing.T) {
	g := NewWithT(t)
	foreign := gardencorev1beta1.LastError{Description: "something else", TaskID: ptr.To("Infrastructure")}
	status := gardencorev1beta1.ShootStatus{LastErrors: []gardencorev1beta1.LastError{foreign}}
	failure := &scheduler.Failure{Seeds: 3, Removed: []scheduler.Removal{
		{Seed: "a", Filter: scheduler.FilterTaints, Reason: "not tolerated"},
		{Seed: "b", Filter: scheduler.FilterCapacity, Reason: "full"}, {Seed: "c", Filter: scheduler.FilterCapacity, Reason: "full"},
	}}
	g.Expect(setFailure(&status, failure, noon)).To(BeTrue())
	g.Expect(status.LastOperation.Type).To(Equal(gardencorev1beta1.LastOperationTypeCreate))
	g.Expect(status.LastOperation.State).To(Equal(gardencorev1beta1.LastOperationStatePending))
	g.Expect(status.LastOperation.Description).To(Equal("Failed to schedule Shoot: none of 3 seeds can host the control plane: " +
		"taints removed 1 (a: not tolerated), capacity removed 2 (b: full; c: full)"))
	g.Expect(status.LastErrors).To(HaveExactElements(
		Equal(foreign),
		HaveField("Description", `The filter "taints" removed: a (not tolerated)`),
		HaveField("Description", `The filter "capacity" removed: b (full), c (full)`),
	))

	again := status.DeepCopy()
	g.Expect(setFailure(again, failure, noon.Add(time.Hour))).To(BeFalse(), "the same again is no news")
	g.Expect(*again).To(Equal(status))

	clearFailure(&status, "d", noon)
	g.Expect(status.LastErrors).To(HaveExactElements(foreign))
	g.Expect(status.LastOperation.Description).To(Equal("Scheduled to seed d"))
}

func TestAFailureNamesSomeOfManySeeds(t *testing.T) {
	g := NewWithT(t)
	var removed []scheduler.Removal
	for i := range 25 {
		removed = append(removed, scheduler.Removal{Seed: fmt.Sprintf("s%d", i), Filter: scheduler.FilterCapacity, Reason: "full"})
	}
	errors := removals(removed, noon)
	g.Expect(errors).To(HaveLen(1))
	g.Expect(errors[0].Description).To(HaveSuffix("s19 (full), and 5 more"))
}
