// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package stats

import (
	"slices"
	"testing"
)

func TestASummaryPrintsMedianAndExtremes(t *testing.T) {
	cases := map[string]struct {
		values []float64
		want   string
	}{
		"of nothing":                    {nil, "–"},
		"of one value":                  {[]float64{3.14159}, "3.14"},
		"of an odd number of values":    {[]float64{9, 1, 5}, "5.00 (1.00–9.00)"},
		"of an even number of values":   {[]float64{4, 1, 2, 9}, "3.00 (1.00–9.00)"},
		"of values of different weight": {[]float64{1.234, 12.34, 123.4}, "12.3 (1.23–123)"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Of(c.values...).String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestASummaryKeepsTheOrderOfMeasuring(t *testing.T) {
	values := []float64{3, 1, 2}
	summary := Of(values...)
	if !slices.Equal(summary.Values, []float64{3, 1, 2}) || !slices.Equal(values, []float64{3, 1, 2}) {
		t.Errorf("the values became %v, the argument %v", summary.Values, values)
	}
}

func TestRatiosCompareWhatWasMeasuredTogether(t *testing.T) {
	cases := map[string]struct{ values, divisors, want []float64 }{
		"pair by pair":                  {[]float64{10, 30}, []float64{2, 3}, []float64{5, 10}},
		"as far as there are pairs":     {[]float64{10, 30}, []float64{2}, []float64{5}},
		"without what was not measured": {[]float64{10, 30}, []float64{0, 3}, []float64{10}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Ratios(c.values, c.divisors); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
