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
	sizes  []int
	repeat int
	limit  time.Duration
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
	for _, word := range strings.Split(value("BENCH_SIZES", "1,5,10"), ",") {
		size, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || size < 1 {
			return s, fmt.Errorf("BENCH_SIZES: %q is not a number of clusters", word)
		}
		s.sizes = append(s.sizes, size)
	}
	slices.Sort(s.sizes)
	s.sizes = slices.Compact(s.sizes)
	var err error
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

// restsAt says whether what happens at rest is measured with this number of clusters: with the fewest and the most.
func (s settings) restsAt(size int) bool {
	return size == s.sizes[0] || size == s.sizes[len(s.sizes)-1]
}
