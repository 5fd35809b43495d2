// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package translation

import (
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func TestAPoolIsSharedByItsZones(t *testing.T) {
	cases := map[string]struct {
		size int32
		want []int32
	}{
		"Gardener §17: two over three zones":                         {2, []int32{1, 1, 0}},
		"Gardener §17: five over three zones, the first get more":    {5, []int32{2, 2, 1}},
		"Gardener §17: what divides evenly is the same everywhere":   {6, []int32{2, 2, 2}},
		"Gardener §17: one zone gets all":                            {7, []int32{7}},
		"Gardener §17: nothing is nothing in every zone":             {0, []int32{0, 0}},
		"Gardener §17: one less than there are zones leaves one out": {3, []int32{1, 1, 1, 0}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got []int32
			for zone := range c.want {
				got = append(got, share(c.size, zone, len(c.want)))
			}
			NewWithT(t).Expect(got).To(Equal(c.want))
		})
	}
}

func TestSurgeAndUnavailabilityAreSharedByZones(t *testing.T) {
	cases := map[string]struct {
		value string
		total int32
		want  []string
	}{
		"Gardener §17: a number is shared as machines are":              {"2", 9, []string{"1", "1", "0"}},
		"Gardener §17: a percentage of equal zones stays":               {"25%", 9, []string{"25%", "25%", "25%"}},
		"Gardener §17: a larger zone has a larger percentage":           {"25%", 10, []string{"30%", "23%", "23%"}},
		"Gardener §17: a zone without machines has no percentage":       {"50%", 2, []string{"75%", "75%", "0%"}},
		"Gardener §17: a percentage of nothing stays":                   {"30%", 0, []string{"30%", "30%", "30%"}},
		"Gardener §17: percentages of unequal zones exceed the hundred": {"100%", 4, []string{"150%", "75%", "75%"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var got []string
			for zone := range c.want {
				part, err := shareOf(intstr.Parse(c.value), c.total, zone, len(c.want))
				g.Expect(err).NotTo(HaveOccurred())
				got = append(got, part.String())
			}
			g.Expect(got).To(Equal(c.want))
		})
	}
}

func TestWhatIsNoPercentageIsRefused(t *testing.T) {
	for _, value := range []string{"half", "-5%", "%", "1.5%", ""} {
		_, err := shareOf(intstr.FromString(value), 3, 0, 2)
		NewWithT(t).Expect(err).To(MatchError(ContainSubstring("neither a number nor a percentage")), value)
	}
}
