// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package stats

import (
	"math"
	"slices"
	"strconv"
)

// Summary is what is left of repeated measurements. All fields have the unit of the values.
type Summary struct {
	Min    float64   `json:"min"`
	Median float64   `json:"median"`
	Max    float64   `json:"max"`
	Values []float64 `json:"values"`
}

// Of sums up values, in the order they were measured. Without values all numbers are zero.
func Of(values ...float64) Summary {
	if len(values) == 0 {
		return Summary{Values: []float64{}}
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (sorted[middle-1] + sorted[middle]) / 2
	}
	return Summary{Min: sorted[0], Median: median, Max: sorted[len(sorted)-1], Values: slices.Clone(values)}
}

// Ratios divides values pair by pair: what was measured together is compared with each other. Pairs without a
// divisor are left out.
func Ratios(values, divisors []float64) []float64 {
	ratios := []float64{}
	for i := range min(len(values), len(divisors)) {
		if divisors[i] > 0 {
			ratios = append(ratios, values[i]/divisors[i])
		}
	}
	return ratios
}

// String prints the median, and the extremes where there are several values.
func (s Summary) String() string {
	if len(s.Values) == 0 {
		return "–"
	}
	if len(s.Values) == 1 {
		return short(s.Median)
	}
	return short(s.Median) + " (" + short(s.Min) + "–" + short(s.Max) + ")"
}

// short keeps three digits or so; more would pretend precision.
func short(value float64) string {
	digits := 2
	switch absolute := math.Abs(value); {
	case absolute >= 100:
		digits = 0
	case absolute >= 10:
		digits = 1
	}
	return strconv.FormatFloat(value, 'f', digits, 64)
}
