// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package machines

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Observation is what was seen while something was going on.
type Observation struct {
	// Looks is how often somebody looked, and Failed why a look saw nothing.
	Looks  int
	Failed []string
	// Least and Most are the extremes of what was counted.
	Least, Most int
	// LongestGap is the longest time between two looks that saw something.
	LongestGap time.Duration
}

// String implements fmt.Stringer.
func (o Observation) String() string {
	return fmt.Sprintf("%d to %d in %d looks, %d of them in vain, longest gap %s",
		o.Least, o.Most, o.Looks, len(o.Failed), o.LongestGap.Round(time.Millisecond))
}

// Watcher counts something again and again.
type Watcher struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
	seen   Observation
}

// Watch counts until it is stopped. What a look takes comes on top of the time between two looks.
func Watch(ctx context.Context, count func(context.Context) (int, error)) *Watcher {
	ctx, cancel := context.WithCancel(ctx)
	w := &Watcher{cancel: cancel}
	w.done.Go(func() { w.run(ctx, count) })
	return w
}

// Stop ends the watch and returns what was seen.
func (w *Watcher) Stop() Observation {
	w.cancel()
	w.done.Wait()
	return w.seen
}

func (w *Watcher) run(ctx context.Context, count func(context.Context) (int, error)) {
	ticker := time.NewTicker(pollPeriod)
	defer ticker.Stop()
	last, counted := time.Now(), false
	for {
		n, err := count(ctx)
		if ctx.Err() != nil {
			return
		}
		w.seen.Looks++
		if err != nil {
			w.seen.Failed = append(w.seen.Failed, fmt.Sprintf("%s: %v", time.Now().Format(time.StampMilli), err))
		} else {
			if !counted {
				w.seen.Least = n
			}
			counted = true
			w.seen.Least, w.seen.Most = min(w.seen.Least, n), max(w.seen.Most, n)
			w.seen.LongestGap = max(w.seen.LongestGap, time.Since(last))
			last = time.Now()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
