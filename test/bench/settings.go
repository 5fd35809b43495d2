// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// settings are what the environment asks for.
type settings struct {
	// state is the state folder of the seed, artifacts where the results go.
	state, artifacts string
	// sizes are the numbers of clusters at once, ascending.
	sizes []int
	// machines are the numbers of machines that are added at once, ascending; none are if it is empty.
	machines []int
	repeat   int
	limit    time.Duration
	// rest is how long is looked at what happens while nothing changes, settle the time before.
	rest, settle time.Duration
}

func settingsFrom(getenv func(string) string) (settings, error) {
	value := func(name, absent string) string {
		if set := getenv(name); set != "" {
			return set
		}
		return absent
	}
	s := settings{
		state:     value("KUBECEPTION_SEED", filepath.Join("..", "_run")),
		artifacts: value("ARTIFACTS", filepath.Join("..", "_artifacts")),
	}
	var err error
	if s.sizes, err = numbers(value("BENCH_SIZES", "1,5,10")); err != nil {
		return s, fmt.Errorf("BENCH_SIZES: %w of clusters", err)
	}
	if s.machines, err = numbers(value("BENCH_MACHINES", "1,3")); err != nil {
		return s, fmt.Errorf("BENCH_MACHINES: %w of machines", err)
	}
	if s.repeat, err = strconv.Atoi(value("BENCH_REPEAT", "3")); err != nil || s.repeat < 1 {
		return s, fmt.Errorf("BENCH_REPEAT: %q is not a number of repetitions", getenv("BENCH_REPEAT"))
	}
	for name, field := range map[string]struct {
		into   *time.Duration
		absent string
	}{
		"BENCH_LIMIT": {&s.limit, "25m"}, "BENCH_REST": {&s.rest, "60s"}, "BENCH_SETTLE": {&s.settle, "30s"},
	} {
		if *field.into, err = time.ParseDuration(value(name, field.absent)); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

// numbers reads positive numbers that are separated by commas; "none" stands for no number at all.
func numbers(text string) ([]int, error) {
	if text == "none" {
		return nil, nil
	}
	var all []int
	for _, word := range strings.Split(text, ",") {
		number, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || number < 1 {
			return nil, fmt.Errorf("%q is not a number", word)
		}
		all = append(all, number)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// restsAt says whether what happens at rest is measured with this number of clusters: with the fewest and the most.
func (s settings) restsAt(size int) bool {
	return size == s.sizes[0] || size == s.sizes[len(s.sizes)-1]
}
